using System.Collections.Immutable;
using System.Globalization;
using Slipway.Core.Manifests;
using Slipway.Core.Routing;
using Slipway.Releases.Ports;

namespace Slipway.Releases.Drift;

/// <summary>Compares what gateways carry traffic by with the table that they were given.</summary>
internal static class RouteCheck
{
    private const string Nothing = "nothing";

    /// <summary>Everything that is other than in the table; nothing when there is no table to compare with.</summary>
    public static IEnumerable<Deviation> Of(DriftLook look)
    {
        var gateway = look.Traffic;
        // A gateway that is away is looked for by the runner, which then has no table to compare with either.
        if (gateway.Live is not { } live)
            return look.IsRouted ? [Deviation(null, "gateway", "answers", gateway.Trouble ?? "none runs", DriftRemedy.Person)] : [];
        if (look.Table is not { } table)
            return [];
        var trouble = gateway.Trouble is { } why ? [Deviation(null, "gateway", "as it says of itself", why, DriftRemedy.Person)] : Listener(look, gateway);
        return trouble.Concat(Tables(table.Services, live.Services)).Concat(Stored(live, gateway.Stored));
    }

    private static IEnumerable<Deviation> Listener(DriftLook look, TrafficInspection gateway)
    {
        if (look.Seen.Address is { } declared && gateway.Address is { } running && declared != running)
            yield return Deviation(null, "gateway's address", declared.Authority, running.Authority, DriftRemedy.Person);
    }

    private static IEnumerable<Deviation> Stored(RouteTable live, RouteTable? stored)
    {
        if (stored is null || !Rollouts.Tables.Same(live.Services, stored.Services))
            yield return Deviation(null, "table on disk", "as it is live", stored is null ? "missing or unreadable" : "another one");
    }

    private static IEnumerable<Deviation> Tables(ImmutableArray<RoutedService> declared, ImmutableArray<RoutedService> live)
    {
        var running = live.ToDictionary(one => one.Service);
        foreach (var service in declared)
        {
            if (running.Remove(service.Service, out var other))
            {
                foreach (var deviation in Service(service, other))
                    yield return deviation;
            }
            else
            {
                yield return Deviation(service.Service, "service at the gateway", Texts(service.Routes), Nothing);
            }
        }
        foreach (var extra in running.Values)
            yield return Deviation(extra.Service, "service at the gateway", Nothing, Texts(extra.Routes));
    }

    private static IEnumerable<Deviation> Service(RoutedService declared, RoutedService running)
    {
        if (!declared.Routes.SequenceEqual(running.Routes))
            yield return Deviation(declared.Service, "routes", Texts(declared.Routes), Texts(running.Routes));
        foreach (var release in declared.Releases.Select(one => one.Release).Union(running.Releases.Select(one => one.Release)))
        {
            var (mine, other) = (Find(declared, release), Find(running, release));
            if (mine?.Weight != other?.Weight)
                yield return Deviation(declared.Service, $"share of release {release}", Share(declared, mine), Share(running, other));
            if (mine is not null && other is not null && mine.Load != other.Load)
                yield return Deviation(declared.Service, $"load of release {release}", $"{mine.Load}", $"{other.Load}");
            var (mineEnds, otherEnds) = (Ends(mine), Ends(other));
            if (!mineEnds.SequenceEqual(otherEnds))
                yield return Deviation(declared.Service, $"instances of release {release} at the gateway", Texts(mineEnds), Texts(otherEnds));
        }
    }

    private static RoutedRelease? Find(RoutedService service, ReleaseId release) => service.Releases.FirstOrDefault(one => one.Release == release);

    private static string Share(RoutedService service, RoutedRelease? release)
    {
        var whole = service.Releases.Sum(one => (long)one.Weight);
        return release is null || whole == 0 ? Nothing : string.Create(CultureInfo.InvariantCulture, $"{100.0 * release.Weight / whole:0.##} %");
    }

    private static ImmutableArray<string> Ends(RoutedRelease? release)
        => release is null ? [] : [.. release.Endpoints.Select(one => $"{one.Instance} at {one.Address}:{one.Port}{(one.Http2 ? " in HTTP/2" : "")}").Order(StringComparer.Ordinal)];

    private static string Texts(ImmutableArray<Route> routes) => Texts([.. routes.Select(route => route.Host + route.Path)]);

    private static string Texts(ImmutableArray<string> all) => all.IsEmpty ? Nothing : string.Join(", ", all);

    private static Deviation Deviation(ServiceName? service, string subject, string declared, string running, DriftRemedy remedy = DriftRemedy.Reroute)
        => new(DriftAspect.Routes, service, null, subject, declared, running, remedy);
}
