using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;

namespace Slipway.Targets.Processes.Spawning;

/// <summary>
/// Tells when processes end, ours and adopted ones alike. On Linux one thread waits on process descriptors; elsewhere a
/// timer asks.
/// </summary>
internal sealed class ExitWatch
{
    private static readonly TimeSpan s_askPeriod = TimeSpan.FromMilliseconds(50);
    private readonly ConcurrentQueue<(SafeFileHandle Handle, TaskCompletionSource Ended)> _added = new();
    private readonly SafeFileHandle? _wake;

    private ExitWatch()
    {
        if (!OperatingSystem.IsLinux())
            return;
        var descriptor = Posix.EventDescriptor(0, 0x80800);
        if (descriptor < 0)
            return;
        _wake = new SafeFileHandle(descriptor, ownsHandle: true);
        new Thread(Wait, 256 * 1024) { IsBackground = true, Name = "exit-watch" }.Start();
    }

    /// <summary>The watch of this process.</summary>
    public static ExitWatch Shared { get; } = new();

    /// <summary>Ends when the process has ended.</summary>
    public Task Ended(ProcessIdentity identity)
    {
        var handle = _wake is null ? null : Posix.OpenProcess(identity.Pid);
        if (handle is null)
            return identity.IsAlive ? Ask(identity) : Task.CompletedTask;
        // Between reading the identity and opening the descriptor the number may have passed to another process.
        if (!identity.IsAlive)
        {
            handle.Dispose();
            return Task.CompletedTask;
        }
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _added.Enqueue((handle, ended));
        Wake();
        return ended.Task;
    }

    private static async Task Ask(ProcessIdentity identity)
    {
        while (identity.IsAlive)
            await Task.Delay(s_askPeriod);
    }

    private unsafe void Wake()
    {
        ulong one = 1;
        _ = Posix.Write(_wake!, &one, sizeof(ulong));
    }

    private unsafe void Wait()
    {
        var watched = new List<(SafeFileHandle Handle, TaskCompletionSource Ended)>();
        var entries = new Posix.PollEntry[16];
        while (true)
        {
            while (_added.TryDequeue(out var added))
                watched.Add(added);
            if (entries.Length <= watched.Count)
                entries = new Posix.PollEntry[2 * (watched.Count + 1)];
            entries[0] = new() { Descriptor = (int)_wake!.DangerousGetHandle(), Events = 1 };
            for (var i = 0; i < watched.Count; i++)
                entries[i + 1] = new() { Descriptor = (int)watched[i].Handle.DangerousGetHandle(), Events = 1 };
            fixed (Posix.PollEntry* first = entries)
            {
                if (Posix.Poll(first, (nuint)(watched.Count + 1), -1) < 0)
                    continue;
            }
            if (entries[0].Returned != 0)
            {
                ulong ignored;
                _ = Posix.Read(_wake, &ignored, sizeof(ulong));
            }
            for (var i = watched.Count - 1; i >= 0; i--)
            {
                if (entries[i + 1].Returned == 0)
                    continue;
                watched[i].Handle.Dispose();
                watched[i].Ended.SetResult();
                watched.RemoveAt(i);
            }
        }
    }
}
