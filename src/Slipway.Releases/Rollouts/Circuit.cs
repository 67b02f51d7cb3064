using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Releases.Journals;

namespace Slipway.Releases.Rollouts;

/// <summary>
/// A circuit that is open: release after release was undone by a gate to the same stable one, so the next one is refused until
/// a person has looked. It follows from the fold alone; a release that goes live, or a person, closes it.
/// </summary>
/// <param name="Stable">The release that all were undone to.</param>
/// <param name="Undone">The rollouts, newest first.</param>
/// <param name="Plan">What the newest one's manifest says of it.</param>
public sealed record Circuit(ReleaseId Stable, ImmutableArray<RolloutState> Undone, CircuitPlan Plan)
{
    /// <summary>What holds where a rollout was recorded before there were circuits.</summary>
    public static CircuitPlan Default { get; } = new(3, TimeSpan.FromHours(1));

    /// <summary>Since when it is open.</summary>
    public DateTimeOffset Since => Undone[0].UndoneAt!.Value;

    /// <summary>Why, one sentence.</summary>
    public string Sentence => $"{Undone.Length} releases in a row were undone to {Stable}: "
        + string.Join("; ", Undone.Select(one => $"{one.Id}, {one.Failure!.Reason.TrimEnd('.')}")) + ".";

    /// <summary>The circuit of an environment; null while it is closed.</summary>
    public static Circuit? Of(EnvironmentState state)
    {
        if (state.Live is not { } live)
            return null;
        var undone = ImmutableArray.CreateBuilder<RolloutState>();
        for (var i = state.Rollouts.Count - 1; i >= 0; i--)
        {
            var rollout = state.Rollouts[i];
            // A person who undoes has looked already, and what never had traffic has hurt nobody.
            if (rollout is not { UndoneAt: { } at, Outcome: RolloutOutcome.RolledBack, Failure.Gate: not null })
            {
                if (rollout is { IsOver: true, Outcome: RolloutOutcome.Promoted, StableKnown: true })
                    break;
                continue;
            }
            if (rollout.Stable != live || at <= state.CircuitClosedAt)
                break;
            undone.Add(rollout);
        }
        if (undone.Count == 0)
            return null;
        var plan = undone[0].Terms.Plan.Circuit ?? Default;
        return plan.After > 0 && HasRow(undone, plan) ? new(live, undone.ToImmutable(), plan) : null;
    }

    /// <summary>What to do about it.</summary>
    public string Remedy(EnvironmentName environment)
        => $"Look at why they failed (slipway show {Undone[0].Id}), then take deploys again with: slipway resume {environment} --reason TEXT. slipway rollback is always possible.";

    /// <summary>Whether a rollout in the queue must not begin. Who restores a release, or takes a rotation back, may.</summary>
    public bool Stops(EnvironmentState state, RolloutState rollout) => !rollout.IsRollback
        && !state.Rotations.Any(rotation => rotation.Rollout == rollout.Id && rotation.Phase == Rotations.RotationPhase.Restoring);

    /// <summary>The end of a rollout that must not begin.</summary>
    public RolloutEnded End() => new(
        RolloutOutcome.Failed,
        new($"The circuit is open: {Sentence}", null, null, null, [], Remedy(Undone[0].Environment)),
        "Over: it did not begin, nothing has changed.");

    private static bool HasRow(ImmutableArray<RolloutState>.Builder undone, CircuitPlan plan)
    {
        for (var i = 0; i + plan.After <= undone.Count; i++)
        {
            if (undone[i].UndoneAt - undone[i + plan.After - 1].UndoneAt <= plan.Within)
                return true;
        }
        return false;
    }
}
