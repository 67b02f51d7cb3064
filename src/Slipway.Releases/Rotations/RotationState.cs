using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Core.Settings;
using Slipway.Releases.Journals;
using Slipway.Releases.Rollouts;

namespace Slipway.Releases.Rotations;

/// <summary>The rotation of a secret as the journal tells it.</summary>
public sealed record RotationState
{
    /// <summary>Its identity.</summary>
    public required RotationId Id { get; init; }

    /// <summary>What is renewed, and how.</summary>
    public required RotationPlan Plan { get; init; }

    /// <summary>Where it is.</summary>
    public required RotationPhase Phase { get; init; }

    /// <summary>Since when.</summary>
    public required DateTimeOffset PhaseSince { get; init; }

    /// <summary>Whether guards and the overlap are cut short.</summary>
    public required bool Now { get; init; }

    /// <summary>The version that was live when it began; null before.</summary>
    public SecretVersion? Old { get; init; }

    /// <summary>The first version that it made, which every instance accepts before any uses it; null before.</summary>
    public SecretVersion? Announced { get; init; }

    /// <summary>The version that it made last; null before.</summary>
    public SecretVersion? New { get; init; }

    /// <summary>Every version that it made, oldest first.</summary>
    public ImmutableList<SecretVersion> Made { get; init; } = [];

    /// <summary>Whether the present phase has made its version.</summary>
    public bool IsMade { get; init; }

    /// <summary>The rollout of the present phase; while it lingers or restores, the last one that was undone until another is asked for.</summary>
    public RolloutId? Rollout { get; init; }

    /// <summary>Whether <see cref="Rollout"/> serves the present phase.</summary>
    public bool IsAsked { get; init; }

    /// <summary>Until when both are accepted; null before the switch.</summary>
    public DateTimeOffset? OverlapUntil { get; init; }

    /// <summary>Whether every instance came to use the new one.</summary>
    public bool Switched { get; init; }

    /// <summary>Why it takes itself back, or did not end as it should; null when neither is so.</summary>
    public RotationFailure? Failure { get; init; }

    /// <summary>Whether what it takes away may be gone already: releases with it cannot be restored.</summary>
    public bool IsTaken { get; init; }

    /// <summary>How it ended; null while it goes on.</summary>
    public RotationOutcome? Outcome { get; init; }

    /// <summary>Who asked for it.</summary>
    public required string Actor { get; init; }

    /// <summary>By which path.</summary>
    public required string Path { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>What happened, oldest first.</summary>
    public ImmutableList<Milestone> Milestones { get; init; } = [];

    /// <summary>Whether it is over.</summary>
    public bool IsOver => Phase == RotationPhase.Done;

    /// <summary>Whether it takes itself back.</summary>
    public bool IsTakenBack => Failure is not null && !IsOver;

    /// <summary>Whether it has the turn to make releases: only one has.</summary>
    public bool HasTurn => Phase is not (RotationPhase.Waiting or RotationPhase.Overlapping or RotationPhase.Done);

    /// <summary>Whether a version is one that this rotation takes away, or has taken away: older than the new one, or made and undone.</summary>
    public bool IsTakenFrom(SecretVersion version) => Plan.IsOf(version)
        && (Phase == RotationPhase.Undoing || Outcome == RotationOutcome.Undone ? Made.Contains(version) : version.Version < New?.Version);

    /// <summary>A rotation that was just asked for.</summary>
    public static RotationState Of(RotationRequested e, JournalRecord record) => new()
    {
        Id = e.Rotation,
        Plan = e.Plan,
        Phase = RotationPhase.Waiting,
        PhaseSince = record.At,
        Now = e.Now,
        Actor = record.Actor,
        Path = e.Path,
        RequestedAt = record.At,
        Milestones = [new(record.At, e.Sentence)],
    };

    /// <summary>The state after an event of this rotation.</summary>
    /// <exception cref="InvalidOperationException">The event is none of a rotation's.</exception>
    public RotationState Apply(RotationEvent happened, DateTimeOffset at)
    {
        var next = happened switch
        {
            RotationHurried => this with { Now = true },
            RotationBegun e => Enter(Plan.IsAnnounced ? RotationPhase.Announcing : RotationPhase.Switching, at) with { Old = e.Old },
            RotationVersionMade e => this with { Announced = Announced ?? e.Version, New = e.Version, Made = Made.Add(e.Version), IsMade = true },
            RotationAnnounced => Enter(RotationPhase.Switching, at),
            RotationSwitched e => Enter(RotationPhase.Overlapping, at) with { OverlapUntil = e.OverlapUntil, Switched = true },
            RotationDropping => Enter(RotationPhase.Dropping, at),
            RotationRetiring => Enter(RotationPhase.Retiring, at) with { IsTaken = true },
            RotationFailed e => Enter(e.LingerUntil is null ? RotationPhase.Restoring : RotationPhase.Overlapping, at) with
            {
                Failure = e.Failure,
                OverlapUntil = e.LingerUntil ?? OverlapUntil,
                Rollout = Rollout,
            },
            RotationRestoring => Enter(RotationPhase.Restoring, at),
            RotationUndoing => Enter(RotationPhase.Undoing, at) with { IsTaken = true },
            RotationEnded e => Enter(RotationPhase.Done, at) with { Outcome = e.Outcome, Failure = e.Failure ?? Failure, EndedAt = at },
            _ => throw new InvalidOperationException($"'{happened.Kind}' is no event of a rotation."),
        };
        return next with { Milestones = next.Milestones.Add(new(at, happened.Sentence)) };
    }

    /// <summary>The state once a rollout was asked for that brings the present phase to the instances.</summary>
    public RotationState Asked(RolloutId rollout, DateTimeOffset at)
        => this with { Rollout = rollout, IsAsked = true, Milestones = Milestones.Add(new(at, $"The rollout {rollout} brings it to every instance.")) };

    private RotationState Enter(RotationPhase phase, DateTimeOffset at)
        => this with { Phase = phase, PhaseSince = at, IsMade = false, Rollout = null, IsAsked = false };
}
