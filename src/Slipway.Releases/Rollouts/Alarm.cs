using Slipway.Core.Manifests;

namespace Slipway.Releases.Rollouts;

/// <summary>Something that needs a person now.</summary>
/// <param name="Kind">What kind of thing; see <see cref="AlarmKind"/>.</param>
/// <param name="Of">The rollout that it is about; null for none.</param>
/// <param name="Text">What, one sentence; as it was when the alarm was raised.</param>
/// <param name="Remedy">What to do.</param>
/// <param name="Since">Since when.</param>
public sealed record Alarm(string Kind, RolloutId? Of, string Text, string Remedy, DateTimeOffset Since)
{
    /// <summary>Whether it is the one of a kind that is about a rollout; there is but one of each.</summary>
    public bool IsSame(string kind, RolloutId? of) => Kind == kind && Of == of;
}

/// <summary>The kinds of alarms. They stand in the journal, so one is never renamed.</summary>
public static class AlarmKind
{
    /// <summary>A rollout waits for approval.</summary>
    public const string Approval = "approval";

    /// <summary>A rollout waits for a judgement, since a gate cannot say.</summary>
    public const string Undecided = "undecided";

    /// <summary>Both releases fail alike, so none is undone.</summary>
    public const string SharedFault = "shared-fault";

    /// <summary>Releases failed one after the other; further ones are refused.</summary>
    public const string CircuitOpen = "circuit-open";

    /// <summary>A guard cannot see what it guards.</summary>
    public const string GuardBlind = "guard-blind";

    /// <summary>A release fails and cannot be undone, since the one before cannot work with the data any more.</summary>
    public const string NoWayBack = "no-way-back";

    /// <summary>An undoing does not come to its end.</summary>
    public const string UndoStuck = "undo-stuck";
}
