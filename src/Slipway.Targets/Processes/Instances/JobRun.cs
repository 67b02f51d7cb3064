using System.Globalization;
using Slipway.Core.Manifests;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Processes.Instances;

/// <summary>
/// The one run of a job, as its folder tells it. How a process ended is told to its parent only, and a control plane may be
/// away then; so a shell of a few lines stands between, which takes the run before it begins and writes down how it ended.
/// </summary>
/// <param name="folder">The job's folder.</param>
internal sealed class JobRun(InstanceFolder folder)
{
    /// <summary>The shell's own answer when the run was taken already; the program's stands in the file.</summary>
    private const int Taken = 125;

    // Only one shell can make the first file, so that two control planes that both think that they must start the job run it
    // once. The trap lets the shell outlive what ends the program; a program starts with the default of what is trapped.
    // What is to be run is handed over as arguments, never as text of the script.
    private const string Script =
        "begun=$1; ended=$2; shift 2; set -C; true 2>/dev/null > \"$begun\" || exit 125; set +C; ulimit -c 0 2>/dev/null; trap : TERM INT HUP; "
        + "\"$@\"; code=$?; echo $code > \"$ended.new\" && mv \"$ended.new\" \"$ended\"; exit $code";

    /// <summary>The same request, made to write down how it ended.</summary>
    public SpawnRequest Wrap(SpawnRequest request) => OperatingSystem.IsWindows() ? request : request with
    {
        Program = "/bin/sh",
        Arguments = ["-c", Script, "slipway", folder.Begun, folder.Ended, request.Program, .. request.Arguments],
    };

    /// <summary>How it ended; null when nobody saw that.</summary>
    /// <param name="told">What the operating system told of the shell; null when it was no child of ours.</param>
    public int? ExitCode(int? told) => Written() ?? (told == Taken ? null : told);

    /// <summary>
    /// Whether the program may have been run: the shell has taken the run, or the machine was started anew since it was asked
    /// to, and may have lost the shell's file.
    /// </summary>
    public bool MayHaveRun(InstanceRecord record)
        => record.LaunchedAtBoot is { } boot && (File.Exists(folder.Begun) || boot != ProcessIdentity.CurrentBoot || OperatingSystem.IsWindows());

    /// <summary>What is known once its process is found to be gone; the same as before when it never was.</summary>
    public InstanceRecord Concluded(InstanceRecord record)
    {
        var code = ExitCode(told: null);
        return code is null && !MayHaveRun(record) ? record with { Process = null } : Over(record, code, EndStory.OfJob(record, code));
    }

    /// <summary>The record of a job that has ended.</summary>
    public static InstanceRecord Over(InstanceRecord record, int? code, string? trouble) => record with
    {
        Process = null,
        Ready = code == 0,
        StartedUp = false,
        ExitCode = code,
        Done = true,
        Trouble = code == 0 ? null : trouble,
    };

    /// <summary>Whether a service is one.</summary>
    public static bool IsOne(InstanceRecord record) => record.Service.Kind == ServiceKind.Job;

    private int? Written()
    {
        try
        {
            return int.TryParse(File.ReadAllText(folder.Ended).AsSpan().TrimEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
