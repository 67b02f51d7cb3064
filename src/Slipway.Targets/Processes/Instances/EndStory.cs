namespace Slipway.Targets.Processes.Instances;

/// <summary>Tells in one sentence how a process of an instance ended.</summary>
internal static class EndStory
{
    /// <summary>The sentence.</summary>
    /// <param name="record">The instance.</param>
    /// <param name="code">How it ended; null when nobody saw it.</param>
    /// <param name="lived">How long it ran.</param>
    /// <param name="killedForMemory">Whether the kernel killed it for want of memory.</param>
    /// <param name="lastLine">The last line it wrote that tells something.</param>
    public static string Tell(InstanceRecord record, int? code, TimeSpan lived, bool killedForMemory, string? lastLine)
    {
        var how = code switch
        {
            null => "ended",
            137 when killedForMemory => $"was killed by the kernel for using more than its {record.Service.Resources.MemoryBytes / (1024 * 1024)} MiB of memory",
            > 128 => $"was ended by signal {code - 128} (exit code {code})",
            _ => $"exited with code {code}",
        };
        return $"{record.Id} {how} after {lived.TotalSeconds:0.0} s" + (lastLine is null ? "" : $": {lastLine}");
    }

    /// <summary>The sentence for a job that ended while nobody watched it.</summary>
    /// <param name="record">The job.</param>
    /// <param name="code">How it ended; null when nobody saw it.</param>
    public static string OfJob(InstanceRecord record, int? code)
        => code is null ? $"{record.Id} has ended, and nobody saw how" : $"{record.Id} exited with code {code}";
}
