using Slipway.Releases.Ports;

namespace Slipway.Targets.Processes.Instances;

/// <summary>Shows an instance as the engine sees it.</summary>
internal static class InstanceSnapshot
{
    /// <summary>The instance of a record.</summary>
    /// <param name="record">What is known of it.</param>
    /// <param name="usage">What it uses; null while unknown.</param>
    /// <param name="metrics">What it last told of itself; null when it was not asked.</param>
    public static Instance Of(InstanceRecord record, Usage? usage, InstanceMetrics? metrics) => new()
    {
        Id = record.Id,
        Service = record.Service.Name,
        Release = record.Release,
        Address = record.Port is null ? null : "127.0.0.1",
        Port = record.Port,
        Phase = Phase(record),
        Ready = record.Ready && !record.Stopping,
        StartedAt = record.StartedAt,
        ReadyAt = record.ReadyAt,
        Restarts = record.Restarts,
        ExitCode = record.ExitCode,
        Usage = usage,
        Metrics = metrics,
        Fence = record.Fence,
        Trouble = Trouble(record),
    };

    private static string? Trouble(InstanceRecord record) => record is { Stopping: true, AskedToEndAt: { } asked }
        ? $"was asked to end at {asked.UtcDateTime:HH:mm:ss} UTC, and is killed at {(asked + record.Service.StopGrace).UtcDateTime:HH:mm:ss}"
        : record.Trouble;

    private static InstancePhase Phase(InstanceRecord record) => record switch
    {
        { Stopping: true } => InstancePhase.Stopping,
        { Done: true } => InstancePhase.Ended,
        { Process: null, Trouble: not null } => InstancePhase.BackingOff,
        { StartedUp: true } => InstancePhase.Running,
        _ => InstancePhase.Starting,
    };
}
