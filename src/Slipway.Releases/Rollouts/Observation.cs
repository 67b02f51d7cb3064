using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Core.Routing;
using Slipway.Releases.Gates;
using Slipway.Releases.Ports;

namespace Slipway.Releases.Rollouts;

/// <summary>What is seen of an environment at one moment.</summary>
public sealed record Observation
{
    /// <summary>Nothing seen yet.</summary>
    public static Observation None { get; } = new();

    /// <summary>Whether the target has answered; when it has not, nothing may be concluded from <see cref="Instances"/>.</summary>
    public bool TargetAnswers { get; init; }

    /// <summary>Every instance, those ending included.</summary>
    public ImmutableArray<Instance> Instances { get; init; } = [];

    /// <summary>How the last instances ended that were asked to.</summary>
    public ImmutableArray<EndedInstance> Ended { get; init; } = [];

    /// <summary>What the gates of the rollout say.</summary>
    public ImmutableArray<GateReading> Gates { get; init; } = [];

    /// <summary>Smoke checks that failed, by instance.</summary>
    public ImmutableDictionary<InstanceId, SmokeOutcome> SmokeFailures { get; init; } = ImmutableDictionary<InstanceId, SmokeOutcome>.Empty;

    /// <summary>The table that every gateway has confirmed; null before the first.</summary>
    public RouteTable? Table { get; init; }

    /// <summary>Whether <see cref="Table"/> is what the state asks for.</summary>
    public bool TableCurrent { get; init; }

    /// <summary>Effects that failed, by release; the gateway's under no release.</summary>
    public ImmutableArray<EffectFault> Faults { get; init; } = [];

    /// <summary>Where users reach the environment; null without a gateway.</summary>
    public Uri? Address { get; init; }

    /// <summary>The instances of one service of one release, those ending included.</summary>
    public IEnumerable<Instance> Of(ReleaseId release, ServiceName service)
        => Instances.Where(one => one.Release == release && one.Service == service);

    /// <summary>How many of them may take traffic.</summary>
    public int Ready(ReleaseId release, ServiceName service)
        => Of(release, service).Count(one => one.Ready && one.Phase != InstancePhase.Stopping);
}

/// <summary>An effect that failed and is tried again.</summary>
/// <param name="Release">Of which release; null for the gateway.</param>
/// <param name="Reason">One sentence.</param>
/// <param name="Permanent">Whether trying again cannot help.</param>
public sealed record EffectFault(ReleaseId? Release, string Reason, bool Permanent);
