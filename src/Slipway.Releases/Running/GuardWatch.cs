using Slipway.Core.Manifests;
using Slipway.Releases.Journals;
using Slipway.Releases.Rollouts;

namespace Slipway.Releases.Running;

/// <summary>Remembers when a guard was last able to see what it guards.</summary>
internal sealed class GuardWatch
{
    private (RolloutId Rollout, DateTimeOffset At)? _watched;

    /// <summary>Notes this moment, and gives what the journal must know of the guard; null for nothing.</summary>
    /// <param name="state">The environment.</param>
    /// <param name="rollout">A rollout, guarded or not.</param>
    /// <param name="seen">What is seen.</param>
    /// <param name="now">The time.</param>
    public JournalEvent? Next(EnvironmentState state, RolloutState rollout, Observation seen, DateTimeOffset now)
    {
        if (rollout.Phase != RolloutPhase.Guarding)
            return null;
        var gates = Desired.GuardedBehind(state)?.Id == rollout.Id ? seen.GuardGates : seen.Gates;
        // While both releases fail alike nothing can be said of the one.
        var sees = GuardTime.Sees(state, seen) && !gates.Any(gate => gate.Shared);
        var happened = GuardTime.Next(rollout, _watched is { } watched && watched.Rollout == rollout.Id ? watched.At : null, sees, now);
        if (sees)
            _watched = (rollout.Id, now);
        return happened;
    }
}
