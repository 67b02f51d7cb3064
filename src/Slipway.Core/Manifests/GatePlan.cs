namespace Slipway.Core.Manifests;

/// <summary>The numbers of the gates; the defaults are D4 and D5 of the requirements.</summary>
public sealed record GatePlan
{
    /// <summary>Server errors in a row of one service that roll back at once; default 3.</summary>
    public required int ConsecutiveErrors { get; init; }

    /// <summary>Share of the memory limit that rolls back at once, 0 to 1; default 0.95.</summary>
    public required double MemoryMax { get; init; }

    /// <summary>The share of its requests that a service may fail where the manifest names no objective for it, 0 to 1.</summary>
    public const double ErrorObjective = 0.001;

    /// <summary>Share of failed requests that a candidate must surely stay below to pass, 0 to 1; default 0.05.</summary>
    public required double ErrorRatioMax { get; init; }

    /// <summary>How many times slower than stable must surely be found, above 1; its square root is tolerated; default 2.</summary>
    public required double LatencyRatioMax { get; init; }

    /// <summary>Latency below which a ratio says nothing; default 20 ms.</summary>
    public required TimeSpan LatencyFloor { get; init; }

    /// <summary>Share of the database pool that fails when sustained, 0 to 1; default 0.9.</summary>
    public required double PoolMax { get; init; }

    /// <summary>Share of the memory or CPU limit that fails when sustained, 0 to 1; default 0.9.</summary>
    public required double ResourceMax { get; init; }

    /// <summary>So many times what stable uses, of memory at the same age, processor time a request or database pool, fails when sustained; default 2.</summary>
    public double Growth { get; init; } = 2;

    /// <summary>More memory than stable by less than this, in bytes, is no growth; default 64 MiB.</summary>
    public long GrowthFloorBytes { get; init; } = 64L << 20;

    /// <summary>How soon memory that grows steadily must reach its limit to count as a leak; default 10 min, zero for never.</summary>
    public TimeSpan LeakHorizon { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a level must hold to count as sustained; default 30 s.</summary>
    public required TimeSpan Sustained { get; init; }

    /// <summary>Requests of the candidate below which its latency is inconclusive; default 50.</summary>
    public required int RequestsMin { get; init; }

    /// <summary>How long a step may stay inconclusive beyond its bake time; default 2 min.</summary>
    public required TimeSpan InconclusiveDeadline { get; init; }

    /// <summary>What happens then; default <see cref="InconclusiveAction.Hold"/>.</summary>
    public required InconclusiveAction WhenInconclusive { get; init; }

    /// <summary>The chance, at most, that a gate ever undoes a release that is as good as it should be, 0 to 1; default 0.001.</summary>
    public double FalseAlarms
    {
        // The journal of an earlier version says nothing of it, nor of the next.
        get => field > 0 ? field : 0.001;
        init;
    }

    /// <summary>The chance, at most, that a gate passes a release that is at its limit or beyond, 0 to 1; default 0.001.</summary>
    public double Misses
    {
        get => field > 0 ? field : 0.001;
        init;
    }

    /// <summary>The chance, at most, that a share of the traffic is taken back for nothing, 0 to 1; 0 for never; default 0.21.</summary>
    public double Caution { get; init; }

    /// <summary>How long, since its share began, a candidate may be slow for it is new; default 20 s.</summary>
    public TimeSpan WarmUp { get; init; }
}

/// <summary>What to do with a gate that cannot say.</summary>
public enum InconclusiveAction
{
    /// <summary>Wait for a person, until the approval deadline.</summary>
    Hold,

    /// <summary>Go on.</summary>
    Proceed,

    /// <summary>Undo.</summary>
    RollBack,
}
