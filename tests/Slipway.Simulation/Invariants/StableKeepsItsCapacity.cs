using Slipway.Core.Manifests;
using Slipway.Releases.Rollouts;

namespace Slipway.Simulation.Invariants;

/// <summary>Stable keeps its full capacity until the verdict, whatever happens to the candidate or to us.</summary>
internal sealed class StableKeepsItsCapacity : IInvariant
{
    public IEnumerable<string> During(Stage stage, int calm)
    {
        var state = stage.State;
        if (state.Stopping || state.Active is not { StableKnown: true, Promoted: false, IsRecreate: false, Stable: { } stable } rollout || rollout.IsOver)
            yield break;
        foreach (var service in state.Releases[stable].Release.Services.Select(one => one.Service).Where(one => one.Overlap && one.Kind != ServiceKind.Job))
        {
            if (stage.World.Instances.Count(one => one.Release == stable && one.Service.Name == service.Name && one.StopAt is null) < service.Replicas.Min
                && !Desired.HandsOver(rollout, state, service.Name))
                yield return $"{service.Name} of stable has lost capacity in {rollout.Phase} of {rollout.Id}.";
        }
    }
}
