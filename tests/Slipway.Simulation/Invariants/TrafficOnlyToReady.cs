using Slipway.Core.Manifests;
using Slipway.Core.Routing;

namespace Slipway.Simulation.Invariants;

/// <summary>
/// An instance that is not ready leaves the table with the next pass, unless no other instance of its service is ready. While the
/// gateway or the target cannot be asked nothing can be done about it, nor in the second after, when what failed waits to be tried.
/// </summary>
internal sealed class TrafficOnlyToReady : IInvariant
{
    private const int CalmMin = 25;

    public IEnumerable<string> During(Stage stage, int calm)
    {
        var world = stage.World;
        if (calm < CalmMin || world.Table is not { } table || !world.GatewayRuns)
            yield break;
        foreach (var service in table.Services)
        {
            var routed = service.Releases.Where(release => release.Weight > 0).SelectMany(release => release.Endpoints).ToList();
            if (routed.TrueForAll(endpoint => IsReady(world, endpoint)) || !AnyReady(world, service))
                continue;
            foreach (var endpoint in routed.Where(endpoint => !IsReady(world, endpoint)))
                yield return $"{endpoint.Instance} has traffic and is not ready.";
        }
    }

    private static bool IsReady(World world, Endpoint endpoint)
    {
        foreach (var one in world.Instances)
        {
            if (one.Id == endpoint.Instance)
                return one.Ready;
        }
        return false;
    }

    private static bool AnyReady(World world, RoutedService service)
        => world.Instances.Any(one => one.Service.Name == service.Service && one.Ready && world.IsProved(one) && Weight(service, one.Release) > 0);

    private static int Weight(RoutedService service, ReleaseId release) => service.Releases.FirstOrDefault(one => one.Release == release)?.Weight ?? 0;
}
