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
            if (routed.TrueForAll(endpoint => IsReady(world, endpoint)) || !AnyReady(stage, service))
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

    private static bool AnyReady(Stage stage, RoutedService service)
        => stage.World.Instances.Any(one => one.Service.Name == service.Service && one.Ready && IsProved(stage, one) && Weight(service, one.Release) > 0);

    // A check that was passed by one that was not ready any more is asked again, and does not count until then.
    private static bool IsProved(Stage stage, SimulatedInstance instance)
        => stage.World.IsProved(instance) && (stage.State.Current is not { IsOver: false, Promoted: false } rollout || rollout.Candidate != instance.Release || rollout.Proved.Contains(instance.Id));

    private static int Weight(RoutedService service, ReleaseId release) => service.Releases.FirstOrDefault(one => one.Release == release)?.Weight ?? 0;
}
