using Slipway.Releases.Gates;
using Slipway.Releases.Journals;
using Slipway.Releases.OneOffs;

namespace Slipway.Releases.Rollouts;

/// <summary>Says whether a rollout must be undone now.</summary>
internal static class Judgement
{
    /// <summary>The undoing of a rollout that fails now; null when it does not.</summary>
    public static RollBackBegun? Failing(EnvironmentState state, RolloutState rollout, Observation seen, DateTimeOffset now)
    {
        // A rollback is never rolled back: where it goes to is known, where it came from is broken.
        if (rollout.IsRollback && (rollout.TrafficSince is not null || rollout.HandedOver))
            return null;
        var failure = OneOffWatch.Failed(state, rollout, seen, now) ?? Smoke(rollout, seen) ?? Gate(seen) ?? Effect(state, rollout, seen) ?? Late(state, rollout, seen, now);
        return failure is null ? null : Undo(rollout, failure);
    }

    /// <summary>The undoing of a rollout for a reason.</summary>
    public static RollBackBegun Undo(RolloutState rollout, Failure failure)
        => new(failure, rollout.TrafficSince is null && !rollout.HandedOver ? RolloutOutcome.Failed : RolloutOutcome.RolledBack);

    private static Failure? Smoke(RolloutState rollout, Observation seen)
    {
        // Whoever is promoted has passed them; what fails now is its successor's.
        if (rollout.Promoted)
            return null;
        foreach (var (instance, outcome) in seen.SmokeFailures)
        {
            if (rollout.Proved.Contains(instance))
                continue;
            return new($"The smoke check '{outcome.Name}' failed on {instance}: {outcome.Explanation}", "smoke", null, instance, [],
                "Correct what the check shows, or the check, and deploy again.");
        }
        return null;
    }

    private static Failure? Gate(Observation seen)
    {
        var failed = seen.Gates.FirstOrDefault(gate => gate.Verdict == Verdict.Fail);
        return failed is null ? null : new($"{Title(failed)}: {failed.Text}.", failed.Name, failed.Service, failed.Instance, [], failed.Remedy);
    }

    private static string Title(GateReading gate) => gate.Service is { } service ? $"{service} fails {gate.Name}" : $"The release fails {gate.Name}";

    private static Failure? Effect(EnvironmentState state, RolloutState rollout, Observation seen)
    {
        // A gateway that cannot be started fails a first release; one that carried its traffic is only away.
        var first = state.Live is null && rollout.TrafficSince is null;
        var fault = seen.Faults.FirstOrDefault(one => one.Permanent && (one.Release == rollout.Candidate || (one.Release is null && first)));
        return fault is null ? null : new(fault.Reason, null, null, null, [], "Correct that and deploy again.");
    }

    private static Failure? Late(EnvironmentState state, RolloutState rollout, Observation seen, DateTimeOffset now)
    {
        var plan = rollout.Terms.Plan;
        // One that cannot be undone has all the time it needs.
        if (rollout.Stuck is not null)
            return null;
        switch (rollout.Phase)
        {
            case RolloutPhase.Starting or RolloutPhase.Proving or RolloutPhase.HandingOver when now >= RolloutMachine.StartDeadline(state, rollout):
                return NotReady(state, rollout, seen);
            case RolloutPhase.Baking when !seen.TableCurrent && now >= Later(rollout.PhaseSince, seen.TableBehindSince) + plan.StartDeadline:
                return new($"No gateway confirmed the new table within {plan.StartDeadline.TotalSeconds:0} s{Fault(seen, rollout)}.", null, null, null, [],
                    "Read the gateway's log, gateway.log in the environment's folder.");
            case RolloutPhase.Waiting when now >= rollout.WaitingSince + plan.ApprovalDeadline:
                return new($"Nobody answered within {Minutes(plan.ApprovalDeadline)}. {rollout.WaitingWhy}", null, null, null, [],
                    "Deploy again when somebody is there to answer, or raise rollout: approval_deadline.");
            case not RolloutPhase.Guarding when rollout.PausedAt is { } paused && now >= paused + plan.ApprovalDeadline:
                return new($"It was paused for {Minutes(plan.ApprovalDeadline)} and nobody resumed it.", null, null, null, [], "Deploy again.");
            default:
                return null;
        }
    }

    private static Failure NotReady(EnvironmentState state, RolloutState rollout, Observation seen)
    {
        var (_, _, missing) = Readiness.Of(state, rollout, seen);
        var culprit = seen.Instances.Where(one => one.Release == rollout.Candidate && !one.Ready).OrderBy(one => one.Trouble is null).FirstOrDefault();
        var why = culprit?.Trouble is { } trouble ? $" {trouble}." : "";
        return new($"Not ready within {rollout.Terms.Plan.StartDeadline.TotalSeconds:0} s: {missing}.{why}{Fault(seen, rollout)}", "start", culprit?.Service,
            culprit?.Id, [], "Its log lines tell how far it came. If it only needs longer, raise its startup probe's failures and rollout: start.");
    }

    private static string Fault(Observation seen, RolloutState rollout)
        => seen.Faults.FirstOrDefault(one => one.Release is null || one.Release == rollout.Candidate) is { } fault ? $" ({fault.Reason})" : "";

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset? other) => other > one ? other.Value : one;

    private static string Minutes(TimeSpan time) => time.TotalMinutes >= 1 ? $"{time.TotalMinutes:0.#} min" : $"{time.TotalSeconds:0.#} s";
}
