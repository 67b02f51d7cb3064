using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Releases.OneOffs;
using Slipway.Releases.Planning;
using Slipway.Releases.Ports;

namespace Slipway.Releases.Rollouts;

/// <summary>What an environment should be: how many instances of which release run, and who gets the traffic.</summary>
/// <param name="Workloads">Services of releases that should run; what is not here should not.</param>
/// <param name="Shares">The services that take traffic.</param>
public sealed record Desired(ImmutableArray<DesiredWorkload> Workloads, ImmutableArray<DesiredShare> Shares)
{
    private readonly Lazy<Dictionary<WorkloadKey, int>> _counts = new(
        () => Workloads.ToDictionary(one => new WorkloadKey(one.Release.Id, one.Service.Service.Name), one => one.Instances), LazyThreadSafetyMode.PublicationOnly);

    /// <summary>Nothing at all.</summary>
    public static Desired Nothing { get; } = new([], []);

    /// <summary>
    /// What the journal's fold asks for. It depends on what is seen for order only: a service starts once what it needs is
    /// ready, and where two releases may not overlap the new starts once the old has gone.
    /// </summary>
    public static Desired Of(EnvironmentState state, Observation seen)
    {
        if (state.Stopping)
            return Nothing;
        var rollout = Mover(state);
        var workloads = ImmutableArray.CreateBuilder<DesiredWorkload>();
        var stable = rollout is { StableKnown: true } ? rollout.Stable : state.Live;
        if (stable is { } id)
            Add(workloads, state, state.Releases[id], seen, service => StableCount(rollout, service, state, seen));
        var candidate = Candidate(rollout, state);
        var warm = GuardedBehind(state);
        if (candidate is not null)
        {
            if (OneOffList.Workload(state, rollout!, seen) is { } oneOff)
                workloads.Add(oneOff);
            // The release before may be deployed again while it is still warm; then it is both.
            var both = candidate.Release.Id == warm?.Stable ? warm : null;
            Add(workloads, state, candidate, seen, service => Math.Max(
                CandidateCount(rollout!, service, state, seen), both is null ? 0 : StableCount(both, service, state, seen)));
        }
        if (warm?.Stable is { } before && before != candidate?.Release.Id)
            Add(workloads, state, state.Releases[before], seen, service => StableCount(warm, service, state, seen));
        if (rollout is { Phase: RolloutPhase.RollingBack, Candidate: { } undone } && undone != rollout.Stable)
            Add(workloads, state, state.Releases[undone], seen, service => WorkerShare.Leaving(state, rollout, service, seen));
        return new(workloads.ToImmutable(), DesiredShares.Of(state, rollout));
    }

    /// <summary>How many instances of a service of a release should run, those included that are about to be replaced.</summary>
    public int Count(ReleaseId release, ServiceName service) => _counts.Value.GetValueOrDefault(new(release, service));

    /// <summary>Whether a service may only ever run in one release: its plan says so, or the strategy does.</summary>
    public static bool HandsOver(RolloutState rollout, EnvironmentState state, ServiceName service)
        => rollout.Stable is not null
            && (rollout.IsRecreate || Find(state, rollout.Candidate, service) is { Overlap: false } || Find(state, rollout.Stable, service) is { Overlap: false });

    /// <summary>Whether a service works without being asked, so that a warm copy of it would go on taking jobs.</summary>
    public static bool ActsAlone(Service service) => service.Kind is ServiceKind.Worker or ServiceKind.Scheduler or ServiceKind.Job;

    /// <summary>The rollout that moves the environment: the one past its build, else the guarded one.</summary>
    internal static RolloutState? Mover(EnvironmentState state)
        => state.Active is { StableKnown: true } active ? active : state.Guarded;

    /// <summary>The guarded rollout while its successor moves the environment: the release before it stays warm; null otherwise.</summary>
    internal static RolloutState? GuardedBehind(EnvironmentState state)
        => state.Guarded is { Phase: RolloutPhase.Guarding } guarded && Mover(state) is { } mover && mover.Id != guarded.Id ? guarded : null;

    private static KeptRelease? Candidate(RolloutState? rollout, EnvironmentState state)
        => rollout is { StableKnown: true, Candidate: { } id, Phase: not (RolloutPhase.RollingBack or RolloutPhase.Done) } && id != rollout.Stable
            ? state.Releases[id] : null;

    private static int StableCount(RolloutState? rollout, Service service, EnvironmentState state, Observation seen)
    {
        if (service.Kind == ServiceKind.Job)
            return 0;
        if (rollout is null)
            return service.Replicas.Min;
        var handsOver = HandsOver(rollout, state, service.Name);
        if (rollout.Promoted && (ActsAlone(service) || handsOver))
            return !handsOver && WorkerShare.StableStays(state, rollout, service, seen) ? service.Replicas.Min : 0;
        if (handsOver && rollout.HandedOver)
            return 0;
        if (handsOver && rollout.Phase == RolloutPhase.RollingBack && rollout.Candidate is { } candidate
            && seen.Of(candidate, service.Name).Any() && !seen.Of(rollout.Stable!.Value, service.Name).Any())
            return 0;
        return service.Replicas.Min;
    }

    private static int CandidateCount(RolloutState rollout, Service service, EnvironmentState state, Observation seen)
    {
        if (service.Kind == ServiceKind.Job)
            return OneOffList.IsDue(state, rollout, seen, service.Name) ? 1 : 0;
        // Nothing of it runs before its migrations have ended.
        if (rollout.Step < 0)
            return 0;
        if (HandsOver(rollout, state, service.Name))
        {
            // Not stable alone: what was live before it may still be ending.
            var oldRuns = seen.Of(service.Name).Any(one => one.Release != rollout.Candidate);
            return rollout.HandedOver && !oldRuns && seen.TargetAnswers ? service.Replicas.Min : 0;
        }
        var percent = rollout.Promoted || rollout.Steps.IsEmpty ? 100 : rollout.Steps[Math.Max(0, rollout.Step)].Percent;
        return WorkerShare.Instances(state, rollout, service, percent);
    }

    private static void Add(
        ImmutableArray<DesiredWorkload>.Builder workloads, EnvironmentState state, KeptRelease kept, Observation seen, Func<Service, int> count)
    {
        var wanted = kept.Release.Services.ToDictionary(one => one.Service.Name, one => count(one.Service));
        foreach (var released in kept.Release.Services)
        {
            var instances = wanted[released.Service.Name];
            if (instances > 0)
                instances += Replacement.Surplus(state, seen, kept.Release.Id, released.Service);
            // Once started it stays, however what it needs may fare: a flapping cache must not end everything behind it.
            var mayRun = seen.Of(kept.Release.Id, released.Service.Name).Any(one => one.Phase != InstancePhase.Stopping)
                || released.Service.Needs.All(need => wanted.GetValueOrDefault(need) == 0 || Answers(state, kept.Release.Id, need, seen));
            if (instances > 0 && mayRun && !Waits(released.Service, kept.Release.Id, seen))
                workloads.Add(new(kept.Release, released, kept.Terms, instances));
        }
    }

    // What is live has started in its order once. When it comes back, what it needs may be as unwell as it would be had nobody left it.
    private static bool Answers(EnvironmentState state, ReleaseId release, ServiceName need, Observation seen)
        => seen.Ready(release, need) > 0 || (release == state.Live && seen.Of(release, need).Any(one => one.ReadyAt is not null));

    // Of those that must not run twice, one that has not ended yet is waited for, whatever has left it behind; even one of the same release.
    private static bool Waits(Service service, ReleaseId release, Observation seen)
        => !service.Overlap && seen.Of(service.Name).Any(one => one.Phase == InstancePhase.Stopping || one.Release != release)
            && seen.Of(release, service.Name).All(one => one.Phase == InstancePhase.Stopping);

    private static Service? Find(EnvironmentState state, ReleaseId? release, ServiceName service)
        => release is { } id && state.Releases.TryGetValue(id, out var kept) ? kept.Release.Find(service)?.Service : null;
}

/// <summary>A service of a release that should run.</summary>
/// <param name="Release">The release.</param>
/// <param name="Service">The service.</param>
/// <param name="Terms">How it runs.</param>
/// <param name="Instances">How many, 1 or more.</param>
public sealed record DesiredWorkload(Release Release, ReleasedService Service, ReleaseTerms Terms, int Instances);

/// <summary>Who gets a service's traffic.</summary>
/// <param name="Service">The service.</param>
/// <param name="Routes">How requests find it; at least one.</param>
/// <param name="Weights">Each release's weight, 0 to 1,000,000; releases that are not here have none.</param>
public sealed record DesiredShare(ServiceName Service, ImmutableArray<Route> Routes, ImmutableArray<(ReleaseId Release, int Weight)> Weights);
