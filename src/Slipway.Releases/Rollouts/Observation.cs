using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Core.Routing;
using Slipway.Releases.Gates;
using Slipway.Releases.Ports;

namespace Slipway.Releases.Rollouts;

/// <summary>What is seen of an environment at one moment.</summary>
public sealed record Observation
{
    private readonly InstanceIndex _index = InstanceIndex.Empty;

    /// <summary>Nothing seen yet.</summary>
    public static Observation None { get; } = new();

    /// <summary>Whether the target has answered; when it has not, nothing may be concluded from <see cref="Instances"/>.</summary>
    public bool TargetAnswers { get; init; }

    /// <summary>Every instance, those ending included.</summary>
    public ImmutableArray<Instance> Instances
    {
        get;
        init => (field, _index) = (value, new(value));
    } = [];

    /// <summary>How the last instances ended that were asked to.</summary>
    public ImmutableArray<EndedInstance> Ended { get; init; } = [];

    /// <summary>What the gates of the rollout say.</summary>
    public ImmutableArray<GateReading> Gates { get; init; } = [];

    /// <summary>What the gates of the guarded rollout say while its successor moves; empty otherwise.</summary>
    public ImmutableArray<GateReading> GuardGates { get; init; } = [];

    /// <summary>Whether the gateway answered when it was last asked what it has counted.</summary>
    public bool TrafficAnswers { get; init; }

    /// <summary>Smoke checks that failed, by instance.</summary>
    public ImmutableDictionary<InstanceId, SmokeOutcome> SmokeFailures { get; init; } = ImmutableDictionary<InstanceId, SmokeOutcome>.Empty;

    /// <summary>The table that every gateway has confirmed; null before the first.</summary>
    public RouteTable? Table { get; init; }

    /// <summary>Whether <see cref="Table"/> is what the state asks for.</summary>
    public bool TableCurrent { get; init; }

    /// <summary>Since when it is not; null while it is.</summary>
    public DateTimeOffset? TableBehindSince { get; init; }

    /// <summary>Effects that failed, by release; the gateway's under no release.</summary>
    public ImmutableArray<EffectFault> Faults { get; init; } = [];

    /// <summary>Where users reach the environment; null without a gateway.</summary>
    public Uri? Address { get; init; }

    /// <summary>The instances of one service of one release, those ending included.</summary>
    public IEnumerable<Instance> Of(ReleaseId release, ServiceName service) => _index.Of(release, service);

    /// <summary>The instances of one service, of whatever release.</summary>
    public IEnumerable<Instance> Of(ServiceName service) => _index.Of(service);

    /// <summary>How many of them may take traffic.</summary>
    public int Ready(ReleaseId release, ServiceName service)
        => Of(release, service).Count(one => one.Ready && one.Phase != InstancePhase.Stopping);
}

/// <summary>An effect that failed and is tried again.</summary>
/// <param name="Release">Of which release; null for the gateway.</param>
/// <param name="Reason">One sentence.</param>
/// <param name="Permanent">Whether trying again cannot help.</param>
public sealed record EffectFault(ReleaseId? Release, string Reason, bool Permanent);
