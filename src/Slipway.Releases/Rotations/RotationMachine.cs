using Slipway.Core.Settings;
using Slipway.Releases.Journals;
using Slipway.Releases.Rollouts;

namespace Slipway.Releases.Rotations;

/// <summary>
/// The state machine of a rotation: a pure function from what the journal says, what is seen, what time it is and how the last
/// effect fared, to what happens next. It never makes a release while anything else moves, and takes nothing away that an
/// instance has or may get back by an undoing.
/// </summary>
public static class RotationMachine
{
    /// <summary>How long an effect is tried again.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>What a rotation does next.</summary>
    /// <param name="state">Its environment.</param>
    /// <param name="rotation">The rotation.</param>
    /// <param name="seen">What is seen.</param>
    /// <param name="now">The time.</param>
    /// <param name="failed">The last effect of its present phase, when it failed; null otherwise.</param>
    public static RotationDecision Next(
        EnvironmentState state, RotationState rotation, Observation seen, DateTimeOffset now, RotationAttempt? failed) => rotation.Phase switch
        {
            RotationPhase.Waiting => Begun(state, rotation, seen),
            RotationPhase.Announcing or RotationPhase.Switching or RotationPhase.Dropping => Brought(state, rotation, seen, now, failed),
            RotationPhase.Overlapping when rotation.IsTakenBack => Lingered(state, rotation, now),
            RotationPhase.Overlapping => Overlapped(state, rotation, seen, now),
            RotationPhase.Restoring => Restored(state, rotation, seen),
            RotationPhase.Retiring => Act(state, rotation, RotationEffect.Retire, now, failed),
            RotationPhase.Undoing => Act(state, rotation, RotationEffect.Undo, now, failed),
            _ => new RotationDecision.Wait(null, null),
        };

    private static RotationDecision Begun(EnvironmentState state, RotationState rotation, Observation seen)
    {
        if ((Turn(state, rotation) ?? Restless(state, rotation, seen)) is { } missing)
            return new RotationDecision.Wait(null, missing);
        return Live(state) is { } live && HeldSecret.Holds(live, rotation.Plan) is { } old
            ? Move(new RotationBegun(rotation.Id, old))
            : Move(new RotationEnded(rotation.Id, RotationOutcome.Undone, Gone(state, rotation)));
    }

    private static RotationDecision Brought(EnvironmentState state, RotationState rotation, Observation seen, DateTimeOffset now, RotationAttempt? failed)
    {
        if (!rotation.IsMade && !rotation.IsAsked && Makes(rotation))
            return Act(state, rotation, RotationEffect.Make, now, failed);
        if (rotation.IsAsked)
            return Followed(state, rotation, seen, now);
        if (Restless(state, rotation, seen) is { } missing)
            return new RotationDecision.Wait(null, missing);
        if (Live(state) is { } live)
        {
            if (Circuit.Of(state) is not null)
                return new RotationDecision.Wait(null, "the circuit to be closed");
            return HeldSecret.IsBefore(live, rotation) || HeldSecret.Now(rotation)!.IsIn(live, rotation.Plan)
                ? Publish(state, rotation) : Fail(state, rotation, Gone(state, rotation), now);
        }
        return rotation.Phase == RotationPhase.Dropping
            ? Take(state, rotation, seen, IsOlder(rotation), new RotationRetiring(rotation.Id))
            : Fail(state, rotation, Gone(state, rotation), now);
    }

    private static RotationDecision Followed(EnvironmentState state, RotationState rotation, Observation seen, DateTimeOffset now)
    {
        var rollout = state.Find(rotation.Rollout!.Value)!;
        if (!rollout.IsOver && !(rotation.Now && rollout.Phase == RolloutPhase.Guarding))
            return new RotationDecision.Wait(null, $"the rollout {rollout.Id}");
        if (state.Stopping)
            return new RotationDecision.Wait(null, "the environment to be down");
        if (!rollout.Promoted && rollout.Outcome != RolloutOutcome.Promoted && (state.Live is not null || rotation.Phase != RotationPhase.Dropping))
            return NotPromoted(state, rotation, rollout, now);
        if (Live(state) is { } live && !HeldSecret.Now(rotation)!.IsIn(live, rotation.Plan))
        {
            if (Restless(state, rotation, seen) is { } missing)
                return new RotationDecision.Wait(null, missing);
            return KeepsOld(state, rotation, Gone(state, rotation)) ?? Fail(state, rotation, Gone(state, rotation), now);
        }
        return rotation.Phase switch
        {
            RotationPhase.Announcing => Move(new RotationAnnounced(rotation.Id)),
            RotationPhase.Switching => Move(new RotationSwitched(rotation.Id, rotation.Now ? now : now + rotation.Plan.Rotation.Overlap)),
            _ => Take(state, rotation, seen, IsOlder(rotation), new RotationRetiring(rotation.Id)),
        };
    }

    private static RotationDecision NotPromoted(EnvironmentState state, RotationState rotation, RolloutState rollout, DateTimeOffset now)
    {
        var why = rollout.Failure?.Reason ?? $"it ended as {rollout.Outcome.ToString()!.ToLowerInvariant()}.";
        var failure = new RotationFailure($"The rollout {rollout.Id} did not go live: {why}", rollout.Failure?.Remedy ?? "See slipway show, and rotate again.");
        return KeepsOld(state, rotation, failure) ?? Fail(state, rotation, failure, now);
    }

    // The new one is used already, so there is nothing to take back; the old one is merely accepted longer than it should be.
    private static RotationDecision.Move? KeepsOld(EnvironmentState state, RotationState rotation, RotationFailure failure)
        => rotation.Phase == RotationPhase.Dropping && Live(state) is { } live && HeldSecret.IsBefore(live, rotation)
            ? Move(new RotationEnded(rotation.Id, RotationOutcome.KeptOld, ByHand.Drop(rotation, failure))) : null;

    private static RotationDecision Overlapped(EnvironmentState state, RotationState rotation, Observation seen, DateTimeOffset now)
    {
        var restless = Restless(state, rotation, seen);
        if (restless is null && Live(state) is { } live && !HeldSecret.Now(rotation)!.IsIn(live, rotation.Plan))
            return Fail(state, rotation, Gone(state, rotation), now);
        if (rotation.OverlapUntil is { } until && now < until && !rotation.Now)
            return new RotationDecision.Wait(until, null);
        if (!rotation.Plan.IsAnnounced)
            return restless is null ? Take(state, rotation, seen, IsOlder(rotation), new RotationRetiring(rotation.Id)) : new RotationDecision.Wait(null, restless);
        return Turn(state, rotation) is { } before ? new RotationDecision.Wait(null, before) : Move(new RotationDropping(rotation.Id));
    }

    private static RotationDecision Lingered(EnvironmentState state, RotationState rotation, DateTimeOffset now)
    {
        if (Ending(state, rotation) is { } ending)
            return ending;
        if (rotation.OverlapUntil is { } until && now < until && !rotation.Now && Holders.Has(state, state.Live, IsNewer(rotation)))
            return new RotationDecision.Wait(until, "those who were given the new one to be done with it");
        return Turn(state, rotation) is { } before ? new RotationDecision.Wait(null, before) : Move(new RotationRestoring(rotation.Id));
    }

    private static RotationDecision Restored(EnvironmentState state, RotationState rotation, Observation seen)
    {
        if (Ending(state, rotation) is { } ending)
            return ending;
        if (rotation.IsAsked && state.Find(rotation.Rollout!.Value) is { IsOver: false } rollout && !(rotation.Now && rollout.Phase == RolloutPhase.Guarding))
            return new RotationDecision.Wait(null, $"the rollout {rollout.Id}");
        if (Restless(state, rotation, seen) is { } missing)
            return new RotationDecision.Wait(null, missing);
        if (!Holders.Has(state, state.Live, IsNewer(rotation)))
            return Take(state, rotation, seen, IsNewer(rotation), new RotationUndoing(rotation.Id));
        return rotation.IsAsked
            ? Move(new RotationEnded(rotation.Id, RotationOutcome.Undone, ByHand.Restore(rotation, state.Find(rotation.Rollout!.Value)!)))
            : Publish(state, rotation);
    }

    // A rotation that was taken back while its rollout goes on takes that back too.
    private static RotationDecision? Ending(EnvironmentState state, RotationState rotation)
    {
        if (rotation.IsAsked || rotation.Rollout is not { } id || state.Find(id) is not { IsOver: false } rollout)
            return null;
        return rollout.Phase == RolloutPhase.RollingBack
            ? new RotationDecision.Wait(null, $"the rollout {id} to be undone")
            : new RotationDecision.Move(rollout.Undone(new(rotation.Failure!.Reason, null, null, null, [], rotation.Failure.Remedy)), id);
    }

    /// <summary>The point of no return: nobody has what is taken away, and nobody can get it back but by a decision, which is refused from then on.</summary>
    private static RotationDecision Take(EnvironmentState state, RotationState rotation, Observation seen, Func<SecretVersion, bool> which, RotationEvent next)
    {
        if (rotation.Now && state is { Active: null, Guarded: { Phase: RolloutPhase.Guarding } guarded } && Holders.Has(state, guarded.Stable, which))
            return new RotationDecision.Move(new RolloutEnded(RolloutOutcome.Promoted, null, $"The guard ends early: {rotation.Id} is in a hurry."), guarded.Id);
        return Holders.Missing(state, seen, which) is { } missing ? new RotationDecision.Wait(null, missing) : Move(next);
    }

    private static RotationDecision Act(EnvironmentState state, RotationState rotation, RotationEffect effect, DateTimeOffset now, RotationAttempt? failed)
    {
        if (failed is null || failed.Effect != effect)
            return new RotationDecision.Act(effect, IsLast: false);
        if (failed.IsPassing)
        {
            return now < failed.NextAt
                ? new RotationDecision.Wait(failed.NextAt, failed.Failure.Reason)
                : new RotationDecision.Act(effect, IsLast: now >= rotation.PhaseSince + Patience);
        }
        return effect switch
        {
            RotationEffect.Make => KeepsOld(state, rotation, failed.Failure) ?? Fail(state, rotation, failed.Failure, now),
            RotationEffect.Retire => Move(new RotationEnded(rotation.Id, RotationOutcome.KeptOld, ByHand.Retire(rotation, failed.Failure))),
            _ => Move(new RotationEnded(rotation.Id, RotationOutcome.Undone, ByHand.Undo(rotation, failed.Failure))),
        };
    }

    private static RotationDecision.Move Fail(EnvironmentState state, RotationState rotation, RotationFailure failure, DateTimeOffset now)
        => Move(new RotationFailed(rotation.Id, failure, Linger(state, rotation, now)));

    /// <summary>Until when both must be accepted when a rotation is taken back now: somebody may have been given the new one; null when nobody was.</summary>
    internal static DateTimeOffset? Linger(EnvironmentState state, RotationState rotation, DateTimeOffset now)
        => rotation is { Phase: RotationPhase.Switching, Now: false, Plan.IsAnnounced: true, Rollout: { } id }
            && state.Find(id)?.TrafficSince is not null && rotation.Plan.Rotation.Overlap > TimeSpan.Zero
                ? now + rotation.Plan.Rotation.Overlap : null;

    private static RotationDecision.Move Publish(EnvironmentState state, RotationState rotation)
        => new(RotationRelease.Request(state, rotation), state.NextId());

    private static bool Makes(RotationState rotation) => rotation.Plan.Rotation.Kind switch
    {
        RotationKind.Keys => true,
        RotationKind.Value => rotation.Phase == RotationPhase.Announcing,
        _ => rotation.Phase == RotationPhase.Switching,
    };

    private static string? Turn(EnvironmentState state, RotationState rotation)
        => state.Rotations.Find(other => other.Id != rotation.Id && other.HasTurn) is { } other ? $"its turn, behind {other.Id}" : null;

    private static string? Restless(EnvironmentState state, RotationState rotation, Observation seen)
    {
        if (!seen.TargetAnswers)
            return "the target to answer";
        if (state.Stopping)
            return "the environment to be down";
        if ((state.Active ?? state.Queue.FirstOrDefault()) is { } moving)
            return $"the rollout {moving.Id} to be over";
        return state.Guarded is { } guarded && !(rotation.Now && guarded.Phase == RolloutPhase.Guarding) ? $"the guard of {guarded.Id} to be over" : null;
    }

    private static Release? Live(EnvironmentState state) => state.Live is { } live ? state.Releases[live].Release : null;

    private static Func<SecretVersion, bool> IsOlder(RotationState rotation)
        => version => rotation.Plan.IsOf(version) && version.Version < rotation.New!.Version;

    private static Func<SecretVersion, bool> IsNewer(RotationState rotation)
        => version => rotation.Plan.IsOf(version) && rotation.Made.Contains(version);

    private static RotationFailure Gone(EnvironmentState state, RotationState rotation) => state.Live is { } live
        ? new($"Release {live} is live, which does not hold what this rotation brought.", "Rotate again once the release is as it should be.")
        : new($"Nothing is live in {state.Environment} any more.", "Deploy, and rotate again.");

    private static RotationDecision.Move Move(RotationEvent happened) => new(happened);
}
