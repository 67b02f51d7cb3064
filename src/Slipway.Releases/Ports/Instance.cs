using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Core.Telemetry;

namespace Slipway.Releases.Ports;

/// <summary>One running copy of a service of a release, as its target sees it.</summary>
public sealed record Instance
{
    /// <summary>Its identity; it stays the same over restarts.</summary>
    public required InstanceId Id { get; init; }

    /// <summary>The service.</summary>
    public required ServiceName Service { get; init; }

    /// <summary>The release.</summary>
    public required ReleaseId Release { get; init; }

    /// <summary>The address it listens on; null for a service without a port.</summary>
    public string? Address { get; init; }

    /// <summary>The port it listens on; null for a service without one.</summary>
    public int? Port { get; init; }

    /// <summary>Where it is in its life.</summary>
    public required InstancePhase Phase { get; init; }

    /// <summary>Whether it may take traffic: running, started up, and its readiness probe passes.</summary>
    public required bool Ready { get; init; }

    /// <summary>When its present process was started.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it last became ready.</summary>
    public DateTimeOffset? ReadyAt { get; init; }

    /// <summary>How often it was started again after it had ended by itself or failed its liveness probe.</summary>
    public required int Restarts { get; init; }

    /// <summary>How it last ended; null when it never did or nobody saw it. A signal counts as 128 plus its number.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The fencing token of its present start: higher than that of any start of the same service before it; null while it has none.</summary>
    public long? Fence { get; init; }

    /// <summary>What it uses; null while unknown.</summary>
    public Usage? Usage { get; init; }

    /// <summary>What it last told of itself; null before it was asked, or when nobody wants to know.</summary>
    public InstanceMetrics? Metrics { get; init; }

    /// <summary>Why it is not ready or was restarted, one sentence for people; null when all is well.</summary>
    public string? Trouble { get; init; }
}

/// <summary>Where an instance is in its life.</summary>
public enum InstancePhase
{
    /// <summary>Its process runs, its start-up probe has not passed yet.</summary>
    Starting,

    /// <summary>Started up.</summary>
    Running,

    /// <summary>Ended by itself; waits before it is started again.</summary>
    BackingOff,

    /// <summary>Asked to end.</summary>
    Stopping,

    /// <summary>A job that has run, and is never started again; how it ended its exit code tells, and null means that nobody saw it.</summary>
    Ended,
}

/// <summary>What an instance uses.</summary>
/// <param name="MemoryBytes">Memory of its whole group, in bytes.</param>
/// <param name="MemoryLimitBytes">What it may use; null without a limit.</param>
/// <param name="CpuCores">Processor time per second over the last seconds, in cores.</param>
/// <param name="CpuLimitCores">What it may use; null without a limit.</param>
/// <param name="PoolRatio">Share of its database pool in use, 0 to 1; null when it does not tell.</param>
public sealed record Usage(
    long MemoryBytes, long? MemoryLimitBytes, double CpuCores, double? CpuLimitCores, double? PoolRatio);

/// <summary>What an instance told under <c>/metrics</c>.</summary>
/// <param name="At">When.</param>
/// <param name="Samples">Of what it told, what a gate names.</param>
/// <param name="Trouble">Why it could not be asked or read, as the end of a sentence; null when it could.</param>
public sealed record InstanceMetrics(DateTimeOffset At, ImmutableArray<MetricSample> Samples, string? Trouble);

/// <summary>How a smoke check ended.</summary>
/// <param name="Name">The check's name.</param>
/// <param name="Passed">Whether it passed.</param>
/// <param name="Explanation">What was seen; for a failure also what was expected.</param>
/// <param name="Took">How long it took.</param>
public sealed record SmokeOutcome(string Name, bool Passed, string Explanation, TimeSpan Took);
