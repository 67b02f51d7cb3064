using Slipway.Core.Manifests;
using Slipway.Releases.Ports;
using Slipway.Releases.Rollouts;

namespace Slipway.Releases.Drift;

/// <summary>Compares what runs with the releases that should run. Pure; what it cannot know it does not call drift.</summary>
internal static class DriftCheck
{
    private const string Missing = "missing";

    /// <summary>Everything that is other than declared.</summary>
    public static IEnumerable<Deviation> Of(DriftLook look)
        => look.Target.Instances.SelectMany(instance => OfInstance(look, instance))
            .Concat(look.Target.Deviations)
            .Concat(look.AtRest ? Counts(look) : [])
            .Concat(Secrets(look))
            .Concat(RouteCheck.Of(look));

    private static IEnumerable<Deviation> OfInstance(DriftLook look, InspectedInstance instance)
    {
        // Those that are being replaced are known to be other than declared.
        if (look.State.Condemned.Contains(instance.Id))
            return [];
        return instance.Variables is not null && look.Variables.ContainsKey(instance.Workload)
            ? VariablesOf(look, instance).Concat(instance.Deviations) : instance.Deviations;
    }

    private static IEnumerable<Deviation> VariablesOf(DriftLook look, InspectedInstance instance)
    {
        // A migration or seed ends by itself, and is no service of its release.
        if (look.State.Releases[instance.Workload.Release].Release.Find(instance.Workload.Service) is not { } released)
            yield break;
        foreach (var (name, declared) in look.Variables[instance.Workload])
        {
            if (IsTheTargets(name) || (instance.Variables!.TryGetValue(name, out var running) && running == declared) || (running is null && !instance.VariablesWhole))
                continue;
            yield return released.Secrets.TryGetValue(name, out var version)
                ? new(DriftAspect.Secrets, instance.Workload.Service, instance.Id, name, version.ToString(), running is null ? Missing : "another value", DriftRemedy.Replace)
                : new(DriftAspect.Settings, instance.Workload.Service, instance.Id, name, ShownDeviation.Value(declared, Missing), ShownDeviation.Value(running, Missing), DriftRemedy.Replace);
        }
    }

    // What a target says of an instance it says itself, whatever the release gives under the same name.
    private static bool IsTheTargets(string name) => name is "PORT" or "HOST" || name.StartsWith("SLIPWAY_", StringComparison.Ordinal);

    private static IEnumerable<Deviation> Counts(DriftLook look)
    {
        var desired = Desired.Of(look.State, look.Seen);
        foreach (var workload in desired.Workloads.Where(one => one.Service.Service.Kind != ServiceKind.Job))
        {
            var name = workload.Service.Service.Name;
            var running = look.Seen.Of(workload.Release.Id, name).Count(one => one.Phase is InstancePhase.Running or InstancePhase.Starting);
            if (running != workload.Instances)
                yield return new(DriftAspect.Instances, name, null, "instances that run", $"{workload.Instances}", $"{running}", DriftRemedy.Mend);
        }
        foreach (var other in look.Seen.Instances.Where(one => one.Phase != InstancePhase.Stopping && desired.Count(one.Release, one.Service) == 0))
            yield return new(DriftAspect.Instances, other.Service, other.Id, "instance", $"none of release {other.Release}", "runs", DriftRemedy.Mend);
    }

    private static IEnumerable<Deviation> Secrets(DriftLook look)
    {
        foreach (var (version, why) in look.LostSecrets.OrderBy(one => one.Key.ToString(), StringComparer.Ordinal))
            yield return new(DriftAspect.Secrets, null, null, version.ToString(), "can be read", why, DriftRemedy.Person);
    }
}
