using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Releases.Rollouts;
using Slipway.Releases.Rotations;

namespace Slipway.Releases.Running;

/// <summary>Tells that an environment looks different, and only then.</summary>
/// <param name="published">Told so.</param>
internal sealed class Publication(Action published)
{
    private (EnvironmentState? State, Observation Seen, string? Trouble, object? Waits) _told = (null, Observation.None, null, null);

    /// <summary>Tells it when something that is shown is other than when it was last told.</summary>
    /// <param name="state">What the journal says.</param>
    /// <param name="seen">What is seen.</param>
    /// <param name="trouble">What keeps the runner from working; null for nothing.</param>
    /// <param name="waits">What rotations wait for; the same object while nothing of it changes.</param>
    public void Tell(EnvironmentState state, Observation seen, string? trouble, ImmutableDictionary<RotationId, RotationDecision.Wait> waits)
    {
        var told = _told.Seen;
        if (ReferenceEquals(_told.State, state) && told.TargetAnswers == seen.TargetAnswers && told.Instances.SequenceEqual(seen.Instances)
            && told.Gates.SequenceEqual(seen.Gates) && told.GuardGates.SequenceEqual(seen.GuardGates) && ReferenceEquals(told.Table, seen.Table) && told.Address == seen.Address
            && told.Faults.SequenceEqual(seen.Faults) && _told.Trouble == trouble && ReferenceEquals(_told.Waits, waits))
            return;
        _told = (state, seen, trouble, waits);
        published();
    }
}
