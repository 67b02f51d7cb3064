using System.Collections.Immutable;

namespace Slipway.Core.Manifests;

/// <summary>How a release goes live.</summary>
public sealed record RolloutPlan
{
    /// <summary>The strategy.</summary>
    public required Strategy Strategy { get; init; }

    /// <summary>The shares of traffic on the way, rising, the last one 100. Rolling and blue-green have their own.</summary>
    public required ImmutableArray<RolloutStep> Steps { get; init; }

    /// <summary>Whether a person must approve before all traffic goes to the candidate.</summary>
    public required bool Approval { get; init; }

    /// <summary>How long an approval or a pause may last before the rollout is undone.</summary>
    public required TimeSpan ApprovalDeadline { get; init; }

    /// <summary>How long the candidate's instances may take to be ready and proved.</summary>
    public required TimeSpan StartDeadline { get; init; }

    /// <summary>How long requests in flight on an instance may last once it gets no new ones.</summary>
    public required TimeSpan DrainDeadline { get; init; }

    /// <summary>When failing releases are refused until a person has looked; null in what was recorded before there was such a thing.</summary>
    public CircuitPlan? Circuit { get; init; }
}

/// <summary>When a circuit opens: further deploys are then refused until a person closes it.</summary>
/// <param name="After">So many rollouts in a row that a gate undid; 0 for never.</param>
/// <param name="Within">The time in which they must have been undone.</param>
public sealed record CircuitPlan(int After, TimeSpan Within);

/// <summary>How a release goes live.</summary>
public enum Strategy
{
    /// <summary>Instance by instance, traffic in proportion.</summary>
    Rolling,

    /// <summary>All new instances beside the old, then one switch.</summary>
    BlueGreen,

    /// <summary>A rising share of the traffic.</summary>
    Canary,

    /// <summary>The old stop, then the new start.</summary>
    Recreate,
}

/// <summary>One share of traffic and how long it is watched.</summary>
/// <param name="Percent">1 to 100.</param>
/// <param name="Bake">How long the gates watch before the next step.</param>
/// <param name="Approval">Whether a person must approve before this step.</param>
public sealed record RolloutStep(int Percent, TimeSpan Bake, bool Approval);
