using System.ComponentModel;
using Slipway.Releases.Ports;
using Slipway.Targets.Processes.Instances;
using Slipway.Targets.Processes.Limits;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Processes.Inspecting;

/// <summary>Puts right what needs no other instance: records, limits, and what nobody asked for.</summary>
/// <param name="environment">Where.</param>
/// <param name="inspection">Finds what nobody asked for.</param>
/// <param name="clock">The time.</param>
internal sealed class EnvironmentMend(ProcessEnvironment environment, EnvironmentInspection inspection, TimeProvider clock)
{
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);

    /// <summary>Does all that can be done, then tells what could not.</summary>
    /// <exception cref="TargetException">Some of it could not.</exception>
    public async Task Run(CancellationToken cancellation)
    {
        var faults = new List<string>();
        foreach (var runner in environment.Runners.Where(runner => runner.Record is { Stopping: false, EndedAt: null }))
        {
            cancellation.ThrowIfCancellationRequested();
            Try($"{runner.Record.Id}", () => Mend(runner));
        }
        var (strays, folders) = await inspection.Nobodys(cancellation);
        await Task.WhenAll(strays.Select(End));
        foreach (var folder in folders)
            Try(Path.GetFileName(folder.Path), () => environment.EndNobodys(folder));
        if (faults.Count > 0)
            throw new TargetException($"Not all of {environment.Name} could be put right. {string.Join(" ", faults)}");

        async Task End(Stray stray)
        {
            if (!await HasEnded(stray, cancellation))
            {
                lock (faults)
                    faults.Add($"Process {stray.Process.Pid} ({stray.Name}) cannot be ended; end it as the user who started it.");
            }
        }

        void Try(string what, Action effect)
        {
            try
            {
                effect();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or Win32Exception)
            {
                faults.Add($"{what}: {e.Message.TrimEnd('.')}.");
            }
        }
    }

    private static void Mend(InstanceRunner runner)
    {
        if (RecordLook.Take(runner) is not null)
            runner.SaveRecord();
        var record = runner.Record;
        if (!OperatingSystem.IsLinux() || record.Process is not { IsAlive: true } process)
            return;
        if (runner.Sight.First(process) is { LeavesNoCore: true })
            Posix.ForbidCoreFile(process.Pid);
        if (record.Groups.IsEmpty || record.Limits is { MemoryBytes: null, CpuCores: null })
            return;
        var processes = ProcessRow.ReadAll().Where(row => !row.IsZombie && row.Session == process.Pid).Select(row => row.Pid).ToList();
        var group = new ControlGroup(record.Groups);
        ControlGroups.Renew(group, record.Limits, processes);
        // One that ended meanwhile must not leave behind what was just made again.
        if (runner.Record is { Stopping: true } or { EndedAt: not null })
            group.TryRemove();
    }

    /// <summary>Asks a process to end, and kills it when it does not; false when it is not ours to end.</summary>
    private async Task<bool> HasEnded(Stray stray, CancellationToken cancellation)
    {
        var since = clock.GetTimestamp();
        var hard = false;
        try
        {
            if (stray.Process.IsAlive)
                Posix.Kill(stray.Process.Pid, Posix.SigTerm);
            while (stray.Process.IsAlive)
            {
                if (!hard && clock.GetElapsedTime(since) >= s_grace)
                {
                    hard = true;
                    Posix.Kill(stray.Process.Pid, Posix.SigKill);
                }
                if (clock.GetElapsedTime(since) >= s_grace * 2)
                    return false;
                await Task.Delay(s_look, clock, cancellation);
            }
            return true;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
