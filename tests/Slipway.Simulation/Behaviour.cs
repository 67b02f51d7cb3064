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

    /// <summary>How long after its start an instance ends by itself; null for never.</summary>
    public TimeSpan? EndsAfter { get; init; }

    /// <summary>Share of the memory limit in use.</summary>
    public double? Memory { get; init; }

    public bool IsGood => this with { Latency = Good.Latency } == Good;
}
