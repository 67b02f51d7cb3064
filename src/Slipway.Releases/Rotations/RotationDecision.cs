using Slipway.Core.Manifests;
using Slipway.Releases.Journals;

namespace Slipway.Releases.Rotations;

/// <summary>What a rotation does next.</summary>
public abstract record RotationDecision
{
    private RotationDecision()
    {
    }

    /// <summary>Nothing before something changes.</summary>
    /// <param name="Until">When to look again at the latest; null when only a change or a command can move it.</param>
    /// <param name="Why">What it waits for, for people; null when it need not be said.</param>
    public sealed record Wait(DateTimeOffset? Until, string? Why) : RotationDecision;

    /// <summary>It moves, or moves a rollout: the event is journaled.</summary>
    /// <param name="Event">The event.</param>
    /// <param name="Rollout">The rollout that it is of; null for none.</param>
    public sealed record Move(JournalEvent Event, RolloutId? Rollout = null) : RotationDecision;

    /// <summary>Something is to be done outside.</summary>
    /// <param name="Effect">What.</param>
    /// <param name="IsLast">Whether it is not tried again.</param>
    public sealed record Act(RotationEffect Effect, bool IsLast) : RotationDecision;
}
