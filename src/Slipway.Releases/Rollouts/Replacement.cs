using Slipway.Core.Manifests;
using Slipway.Releases.Journals;
using Slipway.Releases.Ports;

namespace Slipway.Releases.Rollouts;

/// <summary>
/// Replaces instances by others of the same release: the others start beside them, take their place in the table, and only
/// then they end. Where two may not run at once, the old ends first.
/// </summary>
internal static class Replacement
{
    /// <summary>How many instances more, or fewer, of a workload should run while some of it are replaced.</summary>
    public static int Surplus(EnvironmentState state, Observation seen, ReleaseId release, Service service)
    {
        if (state.Condemned.IsEmpty)
            return 0;
        var condemned = seen.Of(release, service.Name).Where(one => state.Condemned.Contains(one.Id)).ToList();
        // One that is ending still runs; where two may not, its successor waits until it has gone.
        return service.Overlap ? condemned.Count(one => one.Phase != InstancePhase.Stopping) : -condemned.Count;
    }

    /// <summary>Those that serve, without the condemned of each release whose others are enough.</summary>
    public static List<Instance> WithoutCondemned(EnvironmentState state, Desired desired, Observation seen, List<Instance> serving)
    {
        if (state.Condemned.IsEmpty)
            return serving;
        var enough = serving.GroupBy(one => one.Release)
            .Where(release => release.Count(one => one.Ready && !state.Condemned.Contains(one.Id)) >= Needed(state, desired, seen, release.First()))
            .Select(release => release.Key).ToHashSet();
        return [.. serving.Where(one => !enough.Contains(one.Release) || !state.Condemned.Contains(one.Id))];
    }

    /// <summary>Condemned instances that nobody sends anything any more, and that may be ended once they carry nothing.</summary>
    public static IEnumerable<Instance> Idle(EnvironmentState state, Observation seen)
    {
        if (state.Condemned.IsEmpty || !seen.TargetAnswers || !seen.TableCurrent)
            yield break;
        var routed = seen.Table?.Services.SelectMany(service => service.Releases).SelectMany(release => release.Endpoints).Select(one => one.Instance).ToHashSet() ?? [];
        foreach (var instance in seen.Instances.Where(one => state.Condemned.Contains(one.Id) && one.Phase != InstancePhase.Stopping && !routed.Contains(one.Id)))
        {
            var service = state.Releases[instance.Release].Release.Find(instance.Service)!.Service;
            if (!service.Overlap || HasSuccessor(state, seen, instance, service))
                yield return instance;
        }
    }

    /// <summary>The end of a replacement: all are gone, or those that are left stay since no others came up in time; null while it goes on.</summary>
    public static ReplacementEnded? Ended(EnvironmentState state, Observation seen, DateTimeOffset now)
    {
        if (state.CondemnedAt is not { } since)
            return null;
        var left = seen.Instances.Where(one => state.Condemned.Contains(one.Id)).ToList();
        if (left.Count == 0 && seen.TargetAnswers)
            return new([]);
        return now < since + TimeMax(state, left) ? null : new([.. left.Where(one => one.Phase != InstancePhase.Stopping).Select(one => one.Id)]);
    }

    // Starting another, draining and ending the one, and a moment.
    private static TimeSpan TimeMax(EnvironmentState state, List<Instance> left)
        => left.Select(one => state.Releases.GetValueOrDefault(one.Release)).OfType<Planning.KeptRelease>()
            .Select(kept => kept.Terms.Plan.StartDeadline + kept.Terms.Plan.DrainDeadline + kept.Release.Services.Max(one => one.Service.StopGrace))
            .DefaultIfEmpty(TimeSpan.Zero).Max() + TimeSpan.FromSeconds(10);

    private static int Needed(EnvironmentState state, Desired desired, Observation seen, Instance one)
    {
        var service = state.Releases.GetValueOrDefault(one.Release)?.Release.Find(one.Service)?.Service;
        return service is null ? 0 : Math.Max(1, desired.Count(one.Release, one.Service) - Surplus(state, seen, one.Release, service));
    }

    private static bool HasSuccessor(EnvironmentState state, Observation seen, Instance instance, Service service)
    {
        var (others, condemned) = (0, 0);
        foreach (var one in seen.Of(instance.Release, instance.Service))
        {
            if (state.Condemned.Contains(one.Id))
                condemned += one.Phase != InstancePhase.Stopping ? 1 : 0;
            else
                others += one.Ready && one.Phase == InstancePhase.Running ? 1 : 0;
        }
        return others + condemned > service.Replicas.Min;
    }
}
