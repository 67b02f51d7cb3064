using Slipway.Core.Manifests;

namespace Slipway.Simulation.Invariants;

/// <summary>At rest an environment is wholly of one release: all of its instances, no others, and all of the traffic.</summary>
internal sealed class OneLiveRelease : IInvariant
{
    public IEnumerable<string> AtRest(Stage stage)
    {
        var (state, world) = (stage.State, stage.World);
        foreach (var instance in world.Instances.Where(one => one.Release != state.Live))
            yield return $"{instance.Id} is of a release that is not live.";
        if (state.Live is not { } live)
            yield break;
        foreach (var service in state.Releases[live].Release.Services.Select(one => one.Service).Where(one => one.Kind != ServiceKind.Job))
        {
            var running = world.Instances.Count(one => one.Service.Name == service.Name && one.StopAt is null);
            if (running != service.Replicas.Min)
                yield return $"{service.Name} has {running} instances instead of {service.Replicas.Min}.";
        }
        foreach (var routed in world.Table?.Services ?? [])
        {
            if (routed.Releases.Any(one => one.Release != live && one.Weight > 0))
                yield return $"{routed.Service} gives traffic to a release that is not live.";
        }
    }
}
