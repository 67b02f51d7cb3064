using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Slipway.Core.Manifests;
using Slipway.Core.Routing;
using Slipway.Releases.Ports;

namespace Slipway.Releases.Rollouts;

/// <summary>Makes route tables from what is desired and what is seen.</summary>
public static class Tables
{
    /// <summary>
    /// The services of a table. Only ready instances are in it, of a candidate only proved ones. When none of a service's is
    /// ready but some that once were still run, those stay in: a probe that fails everywhere at once says more about what
    /// all depend on, and no answer is worse than a doubtful one. Releases without weight stay in while their instances
    /// run, so that what they have in flight can end.
    /// </summary>
    public static ImmutableArray<RoutedService> Of(EnvironmentState state, Desired desired, Observation seen)
    {
        var rollout = Desired.Mover(state);
        var services = ImmutableArray.CreateBuilder<RoutedService>(desired.Shares.Length);
        foreach (var share in desired.Shares)
        {
            var mayServe = Replacement.WithoutCondemned(state, desired, seen, Serving(rollout, seen, share));
            var ready = mayServe.Any(one => one.Ready && Weight(share, one.Release) > 0);
            var panic = !ready && mayServe.Any(one => Weight(share, one.Release) > 0);
            var releases = share.Weights.Select(one => one.Release).Union(mayServe.Select(one => one.Release))
                .OrderBy(one => one.ToString(), StringComparer.Ordinal)
                .Select(release => Routed(release, Weight(share, release), Declared(state, share.Service, release), [.. mayServe.Where(one => one.Release == release && (one.Ready || panic))]))
                .Where(one => one.Weight > 0 || !one.Endpoints.IsEmpty);
            services.Add(new(share.Service, share.Routes, [.. releases]));
        }
        return services.ToImmutable();
    }

    /// <summary>Whether two tables say the same, whatever their versions.</summary>
    public static bool Same(ImmutableArray<RoutedService> one, ImmutableArray<RoutedService> other)
        => one.Length == other.Length && one.Zip(other).All(pair =>
            pair.First.Service == pair.Second.Service
            && pair.First.Routes.SequenceEqual(pair.Second.Routes)
            && pair.First.Releases.Length == pair.Second.Releases.Length
            && pair.First.Releases.Zip(pair.Second.Releases).All(releases =>
                releases.First.Release == releases.Second.Release && releases.First.Weight == releases.Second.Weight && releases.First.Load == releases.Second.Load
                && releases.First.Endpoints.SequenceEqual(releases.Second.Endpoints)));

    /// <summary>Whether an instance of the candidate may take traffic yet: it is proved and, where all is handed over at once, all others are too.</summary>
    private static List<Instance> Serving(RolloutState? rollout, Observation seen, DesiredShare share) =>
    [
        .. seen.Of(share.Service).Where(one => one.Port is not null
            && one.Phase == InstancePhase.Running && (one.Ready || one.ReadyAt is not null) && MayServe(rollout, one)),
    ];

    private static bool MayServe(RolloutState? rollout, Instance instance)
    {
        if (rollout is null || instance.Release != rollout.Candidate || rollout.Promoted || rollout.IsOver)
            return true;
        return rollout.Proved.Contains(instance.Id) && (!rollout.IsRecreate || rollout.Percent >= 100 || rollout.Phase == RolloutPhase.RollingBack);
    }

    // What it was released as, which the manifest of another release may have changed.
    private static Service? Declared(EnvironmentState state, ServiceName service, ReleaseId release)
        => state.Releases.TryGetValue(release, out var known) ? known.Release.Find(service)?.Service : null;

    private static int Weight(DesiredShare share, ReleaseId release)
        => share.Weights.FirstOrDefault(one => one.Release == release).Weight;

    private static RoutedRelease Routed(ReleaseId release, int weight, Service? declared, List<Instance> instances)
    {
        var endpoints = instances.OrderBy(one => one.Id.ToString(), StringComparer.Ordinal)
            .Select(one => new Endpoint(one.Id, Host(one), one.Port!.Value) { Http2 = declared?.Protocol == ServiceProtocol.Http2 });
        return new(release, weight, [.. endpoints]) { Load = declared?.Load };
    }

    // A target may give the address alone or with the port; the table wants them apart.
    private static string Host(Instance instance)
    {
        var address = instance.Address ?? IPAddress.Loopback.ToString();
        var port = ":" + instance.Port!.Value.ToString(CultureInfo.InvariantCulture);
        return address.EndsWith(port, StringComparison.Ordinal) ? address[..^port.Length] : address;
    }
}
