using System.Runtime.CompilerServices;
using Slipway.ControlPlane.Following;
using Slipway.Core.Api;
using Slipway.Core.Manifests;
using Slipway.Releases;

namespace Slipway.ControlPlane.Rollouts;

/// <summary>
/// A rollout as it changes. The follower asks for the present state when it is ready for it, so a slow one skips states
/// and never holds the engine up.
/// </summary>
internal static class RolloutChanges
{
    /// <summary>The shortest time between two states, so that a burst of changes is one.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>The present state, then those that follow, the last one with its outcome.</summary>
    public static async IAsyncEnumerable<StreamItem<RolloutView>> Of(
        RolloutId rollout, ReleaseEngine engine, TimeProvider clock, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            // Read before the state: a change in between is then seen as one that is still to come.
            var revision = engine.Revision;
            if (engine.Rollout(rollout) is not { } view)
                yield break;
            yield return new(null, view);
            if (view.Outcome is not null)
                yield break;
            await engine.WaitForChange(revision, cancellation);
            await Task.Delay(Pause, clock, cancellation);
        }
    }
}
