using System.Text.Json.Serialization;

namespace Slipway.Simulation;

/// <summary>How the instances of a simulated release behave.</summary>
internal sealed record Behaviour
{
    public static Behaviour Good { get; } = new();

    /// <summary>The service that misbehaves; null for all.</summary>
    public string? Service { get; init; }

    public bool BuildFails { get; init; }

    public bool NeverReady { get; init; }

    public bool EndsAtOnce { get; init; }

    public bool SmokeFails { get; init; }

    /// <summary>Share of requests that fail, 0 to 1.</summary>
    public double ErrorRatio { get; init; }

    /// <summary>Time to the first byte.</summary>
    public TimeSpan Latency { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>How latencies lie around <see cref="Latency"/>, which is their median then; null for evenly from half of it to one and a half.</summary>
    public LatencyShape? Shape { get; init; }

    /// <summary>How long after its start an instance loses what it depends on; null for never.</summary>
    public TimeSpan? LosesReadinessAfter { get; init; }

    /// <summary>The time within which an instance notices that it has lost it, each by its own chance.</summary>
    public TimeSpan NoticesWithin { get; init; }

    /// <summary>How long after its start an instance ends by itself; null for never.</summary>
    public TimeSpan? EndsAfter { get; init; }

    /// <summary>How long after its start an instance fails every request though its probe says that it is ready; null for never.</summary>
    public TimeSpan? LiesReadyFor { get; init; }

    /// <summary>How long an instance is ready, and then not, in turns; null for one that does not flap.</summary>
    public TimeSpan? FlapsEvery { get; init; }

    /// <summary>Share of the memory limit in use.</summary>
    public double? Memory { get; init; }

    /// <summary>How long a job, migration or seed runs.</summary>
    public TimeSpan JobTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How it ends; null for unseen.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int? JobExit { get; init; } = 0;

    /// <summary>Whether a second run of it ends well, whatever the first did.</summary>
    public bool JobRecovers { get; init; }

    public bool IsGood => this with { Latency = Good.Latency } == Good;
}
