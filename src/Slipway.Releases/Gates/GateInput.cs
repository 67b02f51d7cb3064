using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Releases.Evidence;
using Slipway.Releases.Measures;
using Slipway.Releases.Ports;
using Slipway.Releases.Rollouts;

namespace Slipway.Releases.Gates;

/// <summary>What gates judge from.</summary>
/// <param name="Rollout">The rollout.</param>
/// <param name="Candidate">What it makes live.</param>
/// <param name="Stable">What was live before; null when nothing was.</param>
/// <param name="Instances">Every instance of the environment.</param>
/// <param name="Traffic">What the gateway counted lately.</param>
/// <param name="Now">The time.</param>
public sealed record GateInput(
    RolloutState Rollout, Release Candidate, Release? Stable, ImmutableArray<Instance> Instances, TrafficLog Traffic, DateTimeOffset Now)
{
    private readonly InstanceIndex _index = new(Instances);

    /// <summary>Every instance of the environment.</summary>
    public ImmutableArray<Instance> Instances
    {
        get;
        init => (field, _index) = (value, new(value));
    } = Instances;

    /// <summary>What the instances tell of themselves; filled by the board.</summary>
    public MeasureBook Measures { get; init; } = new();

    /// <summary>What instances used at which age.</summary>
    public UsageHistory Usages { get; init; } = new();

    /// <summary>The numbers of the gates.</summary>
    public GatePlan Plan => Rollout.Terms.Gates;

    /// <summary>What speaks for and against its services; null before anything was read.</summary>
    public EvidenceBook? Evidence { get; init; }

    /// <summary>Instances of the candidate that are not asked to end. What runs once is judged by its end, not by gates.</summary>
    public IEnumerable<Instance> CandidateInstances
        => Instances.Where(one => one.Release == Candidate.Id && one.Phase != InstancePhase.Stopping && Candidate.Find(one.Service) is { Service.Kind: not ServiceKind.Job });

    /// <summary>The instances of one service of one release, those ending included.</summary>
    public IEnumerable<Instance> Of(ReleaseId release, ServiceName service) => _index.Of(release, service);

    /// <summary>Whether an instance of stable that is meant to run is not ready although it once was: what ails the candidate may ail both.</summary>
    public bool StableIsSick(ServiceName service)
        => Stable is not null && Of(Stable.Id, service).Any(one => one.Phase == InstancePhase.Running && !one.Ready && one.ReadyAt is not null);
}

/// <summary>One way to judge a candidate. Pure: the same input, the same readings.</summary>
public interface IGate
{
    /// <summary>Its readings; none when it has nothing to look at.</summary>
    IEnumerable<GateReading> Read(GateInput input);
}
