using System.Collections.Immutable;
using Slipway.Core.Api;
using Slipway.Core.Manifests;
using Slipway.Releases.Planning;
using Slipway.Releases.Ports;

namespace Slipway.Releases.Rollouts;

/// <summary>
/// The share of a rollout in the work of services that nobody routes to: it is the candidate's share of the instances at work,
/// since every one of them takes what it can. Stable's stay at work until the candidate is promoted, so before that it is half at most.
/// </summary>
internal static class WorkerShare
{
    /// <summary>
    /// How many instances of the candidate work at a step: the most whose share of all at work is no more than the step's percent,
    /// at least one, at most as many as its plan asks for.
    /// </summary>
    /// <param name="service">The candidate's service.</param>
    /// <param name="stable">How many of the release before work beside them.</param>
    /// <param name="percent">The step's percent, 0 to 100.</param>
    public static int Instances(Service service, int stable, int percent)
    {
        var all = service.Replicas.Min;
        return percent >= 100 || stable == 0 || all == 0
            ? StepPlan.Instances(service, percent) : Math.Clamp(percent * stable / (100 - percent), 1, all);
    }

    /// <summary>How many instances of a service of the candidate run at a step.</summary>
    public static int Instances(EnvironmentState state, RolloutState rollout, Service service, int percent)
        => Works(service) ? Instances(service, StableAtWork(state, rollout, service.Name), percent) : StepPlan.Instances(service, percent);

    /// <summary>
    /// Whether workers of the release before stay although the candidate is promoted: the candidate's are not all ready yet. Once
    /// they were asked to end they do not come back for that.
    /// </summary>
    public static bool StableStays(EnvironmentState state, RolloutState rollout, Service service, Observation seen)
        => Works(service) && rollout is { Stable: { } stable, Candidate: { } candidate }
            && Find(state, candidate, service.Name) is { } next
            && seen.Ready(candidate, service.Name) < next.Replicas.Min
            && seen.Of(stable, service.Name).Any(one => one.Phase != InstancePhase.Stopping);

    /// <summary>
    /// How many workers of a candidate that is undone stay: all of them, even one that is not well just now, until the release before
    /// has all of its own ready again.
    /// </summary>
    public static int Leaving(EnvironmentState state, RolloutState rollout, Service service, Observation seen)
    {
        if (!Works(service) || !rollout.UndoesPromotion || rollout.Stable is not { } stable || Desired.HandsOver(rollout, state, service.Name)
            || seen.Ready(stable, service.Name) >= StableAtWork(state, rollout, service.Name))
            return 0;
        return seen.Of(rollout.Candidate!.Value, service.Name).Count(one => one.Phase != InstancePhase.Stopping);
    }

    /// <summary>Whether the candidate has as many workers ready as the release before, which promotion ends, leaves to it; else what is missing.</summary>
    public static string? Missing(EnvironmentState state, RolloutState rollout, Observation seen)
    {
        var candidate = rollout.Candidate!.Value;
        foreach (var service in state.Releases[candidate].Release.Services.Select(one => one.Service).Where(Works))
        {
            var ready = seen.Ready(candidate, service.Name);
            if (ready < service.Replicas.Min && !Desired.HandsOver(rollout, state, service.Name) && StableAtWork(state, rollout, service.Name) > 0)
                return $"{service.Name} ({ready} of {service.Replicas.Min} ready)";
        }
        return null;
    }

    /// <summary>The candidate's part of what works now, by service; those left out of which only one release works and should.</summary>
    public static ImmutableArray<WorkerShareView> Shown(EnvironmentState state, RolloutState rollout, Observation seen)
    {
        if (rollout is not { StableKnown: true, Candidate: { } candidate, Stable: { } stable } || candidate == stable)
            return [];
        var shares = ImmutableArray.CreateBuilder<WorkerShareView>();
        foreach (var service in state.Releases[candidate].Release.Services.Select(one => one.Service).Where(Works))
        {
            var mine = AtWork(seen, candidate, service.Name);
            if (StableAtWork(state, rollout, service.Name) > 0 || mine > 0)
                shares.Add(new(service.Name, mine, mine + AtWork(seen, stable, service.Name)));
        }
        return shares.ToImmutable();
    }

    // One that is asked to end takes nothing new.
    private static int AtWork(Observation seen, ReleaseId release, ServiceName service)
        => seen.Of(release, service).Count(one => one.Phase is InstancePhase.Running);

    /// <summary>Whether a service works by itself for as long as it runs.</summary>
    public static bool Works(Service service) => service.Kind is ServiceKind.Worker or ServiceKind.Scheduler;

    private static int StableAtWork(EnvironmentState state, RolloutState rollout, ServiceName service)
        => Find(state, rollout.Stable, service) is { } old && Works(old) ? old.Replicas.Min : 0;

    private static Service? Find(EnvironmentState state, ReleaseId? release, ServiceName service)
        => release is { } id && state.Releases.TryGetValue(id, out var kept) ? kept.Release.Find(service)?.Service : null;
}
