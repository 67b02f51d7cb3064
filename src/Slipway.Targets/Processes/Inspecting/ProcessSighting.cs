using System.Security.Cryptography;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Processes.Inspecting;

/// <summary>
/// What a process was seen to be once it had started up. Before that a start script may still become the program that it
/// is there for; after that only somebody from outside, or the program itself, makes it another.
/// </summary>
/// <param name="Process">The process.</param>
/// <param name="Program">The file of its program; null when nobody may know.</param>
/// <param name="StackStart">See <see cref="ProcessRow.StackStart"/>.</param>
/// <param name="ArgumentsHash">A hash of its arguments, which may hold secrets.</param>
/// <param name="LeavesNoCore">Whether it may not leave a core file.</param>
internal sealed record ProcessSighting(ProcessIdentity Process, string? Program, long StackStart, string ArgumentsHash, bool LeavesNoCore)
{
    // A script goes on for as long as it likes before its last line becomes the program.
    private static readonly HashSet<string> s_shells = new(["sh", "bash", "dash", "ash", "ksh", "mksh", "zsh", "fish", "busybox"], StringComparer.Ordinal);

    /// <summary>Whether it runs a script of a shell.</summary>
    public bool IsShell => Program is { } program && s_shells.Contains(Path.GetFileName(program));

    /// <summary>How a process looks now; null when it has gone, or is just becoming another.</summary>
    public static ProcessSighting? Of(ProcessIdentity process)
    {
        var folder = new ProcessFolder(process.Pid);
        // In the middle of an exec there is no stack yet, and no arguments.
        if (ProcessRow.Read(process.Pid) is not { IsZombie: false, StackStart: not 0 } row || row.StartTicks != process.StartTicks || folder.CommandLine is not { Length: > 0 } arguments)
            return null;
        var sighting = new ProcessSighting(
            process, folder.Program, row.StackStart, Convert.ToHexString(SHA256.HashData(arguments)), folder.CoreFileMax == "0");
        // It may have become another in between.
        return ProcessRow.Read(process.Pid) is { } after && after.StartTicks == process.StartTicks && after.StackStart == row.StackStart ? sighting : null;
    }

    /// <summary>Whether the process has begun another program, or the same one anew, since an earlier sighting.</summary>
    public bool HasBegunAnewSince(ProcessSighting earlier) => Process == earlier.Process && StackStart != earlier.StackStart;
}
