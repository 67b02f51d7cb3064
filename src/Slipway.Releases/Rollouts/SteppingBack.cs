using Slipway.Releases.Evidence;
using Slipway.Releases.Journals;

namespace Slipway.Releases.Rollouts;

/// <summary>
/// Takes the candidate's traffic back for a moment on a suspicion, and gives it again. It costs nothing but time: stable has
/// its full capacity, and the candidate stays ready. Suspected so often in a row that chance is no excuse, it is undone.
/// </summary>
internal static class SteppingBack
{
    /// <summary>When the traffic is given again, if stable is well then.</summary>
    public static DateTimeOffset? ReturnsAt(RolloutState rollout) => rollout.WithdrawnAt + rollout.Terms.Gates.Sustained;

    /// <summary>What it does now; null when nothing.</summary>
    public static JournalEvent? Next(EnvironmentState state, RolloutState rollout, Observation seen, DateTimeOffset now)
    {
        if (rollout.WithdrawnAt is { } since)
            return Return(rollout, seen, since, now);
        if (!Applies(state, rollout) || seen.Gates.FirstOrDefault(gate => gate.Suspect) is not { } suspect)
            return null;
        if (rollout.Withdrawals + 1 < Caution.Proof(rollout.Terms.Gates, rollout.Steps.Length))
            return new TrafficWithdrawn($"{suspect.Service}: {suspect.Text}", null);
        return Judgement.Undo(rollout, new(
            $"{suspect.Service} fails {suspect.Name}: {suspect.Text}. The traffic of this step was taken back {rollout.Withdrawals} times before, for the same.",
            suspect.Name, suspect.Service, suspect.Instance, [], suspect.Remedy));
    }

    private static JournalEvent? Return(RolloutState rollout, Observation seen, DateTimeOffset since, DateTimeOffset now)
    {
        var shared = seen.Gates.Any(gate => gate.Shared);
        var stableFailed = shared || seen.Gates.Any(gate => gate.StableFailed);
        if (rollout.PromoteAsked)
            return new TrafficReturned(rollout.Percent, stableFailed, null);
        if (now < ReturnsAt(rollout))
            return null;
        if (!shared)
            return new TrafficReturned(rollout.Percent, stableFailed, null);
        return now < since + rollout.Terms.Plan.ApprovalDeadline ? null : Judgement.Undo(rollout, new(
            $"Stable has failed for {rollout.Terms.Plan.ApprovalDeadline.TotalMinutes:0.#} min while it had all of the traffic, and nobody decided.", "errors", null, null, [],
            "Find what ails both releases, then deploy again."));
    }

    // Only where stable can take all of it, and where nobody has decided otherwise.
    private static bool Applies(EnvironmentState state, RolloutState rollout)
        => rollout is { Stable: not null, TrafficSince: not null, Percent: > 0, Promoted: false, HandedOver: false, IsRollback: false, IsRecreate: false, PromoteAsked: false }
            && rollout.Phase is RolloutPhase.Starting or RolloutPhase.Proving or RolloutPhase.Baking or RolloutPhase.Waiting
            && rollout is { Terms.Development: false, Waiting: not WaitCause.SharedFault }
            && state.Releases.ContainsKey(rollout.Stable!.Value);
}
