using Slipway.Core.Settings;

namespace Slipway.Targets.Processes;

/// <summary>How a <see cref="ProcessTarget"/> works.</summary>
/// <param name="Home">Where it keeps what it runs.</param>
public sealed record ProcessTargetOptions(HomeFolder Home)
{
    /// <summary>The secrets that are covered in logs.</summary>
    public Redactor Secrets { get; init; } = new();

    /// <summary>How long a log file may grow before it is rotated, in bytes.</summary>
    public long LogBytesMax { get; init; } = 10 * 1024 * 1024;

    /// <summary>How many rotated log files are kept for each stream of an instance.</summary>
    public int LogFilesKept { get; init; } = 5;

    /// <summary>How many instances that have ended keep their logs, in each environment.</summary>
    public int EndedKept { get; init; } = 30;

    /// <summary>How much room the disk must have before anything is started, in bytes.</summary>
    public long FreeBytesMin { get; init; } = 64 * 1024 * 1024;
}
