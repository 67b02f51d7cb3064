using System.Collections;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Slipway.Cli.Invoking;

namespace Slipway.Cli.Homes;

/// <summary>
/// Starts a program in a session of its own, or in this process's place, without a shell. The framework's Process class
/// can do neither: its children share our session and so our terminal's signals.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal static partial class PosixProcess
{
    private const int NoHang = 1;
    private const int WriteOnly = 1;
    private const int BrokenPipeSignal = 13;
    private const short SetSignalMask = 0x08;
    private const int OpaqueBytes = 1024; // Room for posix_spawn's own types on every Unix (glibc: 80 and 336).

    /// <summary>Starts a program detached: own session, input from nowhere, output and errors appended to a log. Returns its process id.</summary>
    public static int StartDetached(string program, IReadOnlyList<string> arguments, string logPath)
    {
        var memory = Marshal.AllocHGlobal(2 * OpaqueBytes);
        Marshal.Copy(new byte[2 * OpaqueBytes], 0, memory, 2 * OpaqueBytes);
        using var argumentBlock = new StringBlock([program, .. arguments]);
        using var environmentBlock = new StringBlock(EnvironmentLines());
        try
        {
            var (actions, attributes) = (memory, memory + OpaqueBytes);
            Check(ActionsInit(actions), "posix_spawn_file_actions_init");
            Check(AttributesInit(attributes), "posix_spawnattr_init");
            Check(ActionsAddOpen(actions, 0, "/dev/null", 0, 0), "posix_spawn_file_actions_addopen");
            Check(ActionsAddOpen(actions, 1, logPath, AppendFlags(), 0b110_000_000), "posix_spawn_file_actions_addopen");
            Check(ActionsAddDuplicate(actions, 1, 2), "posix_spawn_file_actions_adddup2");
            Check(AttributesSetFlags(attributes, (short)(SetSignalMask | NewSessionFlag())), "posix_spawnattr_setflags");
            var error = Spawn(out var processId, program, actions, attributes, argumentBlock.Pointer, environmentBlock.Pointer);
            AttributesDestroy(attributes);
            ActionsDestroy(actions);
            Check(error, $"start of {program}");
            return processId;
        }
        finally
        {
            Marshal.FreeHGlobal(memory);
        }
    }

    /// <summary>Puts a program in this process's place, with our own environment; returns only when that fails.</summary>
    public static CommandFailure Replace(string program, IReadOnlyList<string> arguments)
        => Replace(program, [program, .. arguments], EnvironmentLines());

    /// <summary>Puts a program in this process's place; returns only when that fails.</summary>
    /// <param name="program">Its path.</param>
    /// <param name="words">What it is called, then its arguments.</param>
    /// <param name="variables">Its environment.</param>
    public static CommandFailure Replace(string program, IReadOnlyList<string> words, Dictionary<string, string> variables)
        => Replace(program, words, [.. variables.Select(variable => $"{variable.Key}={variable.Value}")]);

    private static CommandFailure Replace(string program, IReadOnlyList<string> words, List<string> environment)
    {
        using var argumentBlock = new StringBlock(words);
        using var environmentBlock = new StringBlock(environment);
        // The runtime ignores SIGPIPE, and what is ignored stays so in the new program.
        SetSignal(BrokenPipeSignal, 0);
        Execute(program, argumentBlock.Pointer, environmentBlock.Pointer);
        return Failed($"start of {program}", Marshal.GetLastPInvokeError());
    }

    /// <summary>How a child that we started ended: its exit code, or 128 plus the signal that killed it; null while it runs.</summary>
    public static int? ExitCode(int processId)
    {
        var ended = WaitFor(processId, out var status, NoHang);
        if (ended == 0)
            return null;
        if (ended < 0)
            return -1;
        return (status & 0x7f) == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f);
    }

    /// <summary>Whether a process of this user still runs; one that we started is cleared away once it has ended.</summary>
    public static bool IsAlive(int processId)
        => WaitFor(processId, out _, NoHang) is var ended && (ended == 0 || (ended < 0 && Kill(processId, 0) == 0));

    /// <summary>Sends a signal; false when there is no such process.</summary>
    public static bool Signal(int processId, int signal) => Kill(processId, signal) == 0;

    private static int AppendFlags() => WriteOnly | (OperatingSystem.IsMacOS() ? 0x200 | 0x8 : 0x40 | 0x400);

    private static short NewSessionFlag() => (short)(OperatingSystem.IsMacOS() ? 0x400 : 0x80);

    private static List<string> EnvironmentLines()
    {
        var lines = new List<string>();
        foreach (DictionaryEntry entry in System.Environment.GetEnvironmentVariables())
            lines.Add($"{entry.Key}={entry.Value}");
        return lines;
    }

    private static void Check(int error, string what)
    {
        if (error != 0)
            throw Failed(what, error);
    }

    private static CommandFailure Failed(string what, int error)
        => new(ExitCodes.Outside, $"The {what} failed: {Marshal.GetPInvokeErrorMessage(error)}.", "Check that Slipway's folder is whole and its programs may be run.");

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Spawn(out int processId, string path, nint actions, nint attributes, nint arguments, nint environment);

    [LibraryImport("libc", EntryPoint = "execve", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Execute(string path, nint arguments, nint environment);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetSignal(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int ActionsInit(nint actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int ActionsDestroy(nint actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ActionsAddOpen(nint actions, int descriptor, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int ActionsAddDuplicate(nint actions, int descriptor, int copy);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static partial int AttributesInit(nint attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static partial int AttributesDestroy(nint attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static partial int AttributesSetFlags(nint attributes, short flags);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    private static partial int WaitFor(int processId, out int status, int options);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);

    /// <summary>A list of texts as C wants it: pointers to zero-ended UTF-8, a null pointer last.</summary>
    private sealed class StringBlock : IDisposable
    {
        private readonly List<nint> _texts = [];

        public StringBlock(IReadOnlyList<string> texts)
        {
            Pointer = Marshal.AllocHGlobal((texts.Count + 1) * nint.Size);
            for (var i = 0; i < texts.Count; i++)
            {
                _texts.Add(Marshal.StringToCoTaskMemUTF8(texts[i]));
                Marshal.WriteIntPtr(Pointer, i * nint.Size, _texts[i]);
            }
            Marshal.WriteIntPtr(Pointer, texts.Count * nint.Size, 0);
        }

        public nint Pointer { get; }

        public void Dispose()
        {
            foreach (var text in _texts)
                Marshal.FreeCoTaskMem(text);
            Marshal.FreeHGlobal(Pointer);
        }
    }
}
