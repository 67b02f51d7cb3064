using Slipway.Releases.Rollouts;
using Slipway.Simulation.Scripts;

namespace Slipway.Simulation.Invariants;

/// <summary>
/// A release that cannot run is never promoted. One that is good is, where nothing else is odd: nobody steers, everybody can be
/// reached, and no other release is at fault.
/// </summary>
internal sealed class SoundVerdicts(Script script) : IInvariant
{
    private readonly bool _quiet = script.Moves.All(move => move is Move.Deploy) && script.Releases.All(one => one.Behaviour.IsGood && one.Behaviour.Latency == Behaviour.Good.Latency);

    public IEnumerable<string> AtRest(Stage stage)
    {
        foreach (var rollout in stage.State.Rollouts.Where(one => one is { IsOver: true, Blueprint: not null }))
        {
            if (script.Releases.FirstOrDefault(one => one.Version == rollout.Blueprint!.Version) is not { } release)
                continue;
            var cannotRun = release.Behaviour is { NeverReady: true } or { EndsAtOnce: true } or { BuildFails: true } or { Memory: > 0.95 };
            if (cannotRun && rollout.Outcome == RolloutOutcome.Promoted)
                yield return $"{rollout.Id} promoted a release that cannot run.";
            if (_quiet && !release.Approval && release.WhenInconclusive == Core.Manifests.InconclusiveAction.Proceed && rollout.Outcome != RolloutOutcome.Promoted)
                yield return $"{rollout.Id} ended as {rollout.Outcome} though its release is good.";
        }
    }
}
