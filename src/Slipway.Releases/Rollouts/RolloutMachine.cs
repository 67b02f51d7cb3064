using Slipway.Core.Manifests;
using Slipway.Releases.Gates;
using Slipway.Releases.Journals;
using Slipway.Releases.OneOffs;
using Slipway.Releases.Planning;

namespace Slipway.Releases.Rollouts;

/// <summary>
/// The state machine of a rollout: a pure function from what the journal says, what is seen and what time it is, to what
/// happens next. Every wait has a deadline; gates are heard in every phase in which the candidate runs.
/// </summary>
public static class RolloutMachine
{
    /// <summary>What a rollout does next.</summary>
    /// <param name="state">Its environment.</param>
    /// <param name="rollout">The rollout.</param>
    /// <param name="seen">What is seen.</param>
    /// <param name="now">The time.</param>
    public static Decision Next(EnvironmentState state, RolloutState rollout, Observation seen, DateTimeOffset now)
    {
        var next = Usual(state, rollout, seen, now, judged: true);
        return next is Decision.Move { Event: RollBackBegun undo } && NoWayBack.Is(state, rollout)
            ? NoWayBack.Instead(rollout, undo, () => Usual(state, rollout, seen, now, judged: false)) : next;
    }

    private static Decision Usual(EnvironmentState state, RolloutState rollout, Observation seen, DateTimeOffset now, bool judged)
    {
        if (rollout.Phase is RolloutPhase.Done)
            return new Decision.Wait(null, null);
        if (rollout.Phase is RolloutPhase.Queued && Circuit.Of(state) is { } circuit && circuit.Stops(state, rollout))
            return new Decision.Move(circuit.End());
        if (rollout.Phase is RolloutPhase.Queued)
            return state.Active is null && !state.Stopping && state.Queue.First() == rollout
                ? new Decision.Move(new RolloutBegun()) : new Decision.Wait(null, $"its turn, behind {state.Active?.Id}");
        if (rollout.Phase is RolloutPhase.RollingBack)
            return Undoing.Next(state, rollout, seen, now);
        if (rollout.Phase is RolloutPhase.Building)
            return Built(state, rollout);
        if (judged && Judgement.Failing(state, rollout, seen, now) is { } failure)
            return new Decision.Move(failure);
        if (SteppingBack.Next(state, rollout, seen, now) is { } step)
            return new Decision.Move(step);
        if (rollout.PausedAt is { } paused)
            return new Decision.Wait(paused + rollout.Terms.Plan.ApprovalDeadline, "a person to resume it");
        var next = rollout.Phase switch
        {
            RolloutPhase.Migrating => Migrated(state, rollout),
            RolloutPhase.Starting or RolloutPhase.Proving => Prepared(state, rollout, seen),
            RolloutPhase.Waiting => Answered(state, rollout, seen, now),
            RolloutPhase.Baking => Baked(state, rollout, seen, now),
            RolloutPhase.HandingOver => HandedOver(state, rollout, seen, now),
            _ => Guarded(rollout, seen, now),
        };
        // What was taken back is given again before anything else happens to the traffic.
        return rollout.WithdrawnAt is not null && (rollout.Phase == RolloutPhase.Baking || next is Decision.Move { Event: not (InstancesReady or WaitBegun) })
            ? new Decision.Wait(SteppingBack.ReturnsAt(rollout), $"stepped back: {rollout.WithdrawnWhy}; gives {rollout.Percent} % again at {SteppingBack.ReturnsAt(rollout):HH:mm:ss} UTC")
            : next;
    }

    /// <summary>When a phase that gets the candidate's instances ready must be over.</summary>
    public static DateTimeOffset StartDeadline(EnvironmentState state, RolloutState rollout)
    {
        var old = rollout.Phase == RolloutPhase.HandingOver ? Undoing.EndingTime(state, rollout) : TimeSpan.Zero;
        var held = rollout.PausedFor + (rollout.WithdrawnAt is null ? TimeSpan.Zero : rollout.Terms.Plan.ApprovalDeadline);
        return OneOffWatch.StartDeadline(state, rollout, rollout.Terms.Plan.StartDeadline + old + held);
    }

    /// <summary>When the present bake is over if nothing fails.</summary>
    public static DateTimeOffset BakeEnd(RolloutState rollout)
        => rollout.PhaseSince + rollout.Steps[rollout.Step].Bake + rollout.PausedFor;

    private static Decision Built(EnvironmentState state, RolloutState rollout)
    {
        if (rollout.Candidate is not { } candidate)
            return new Decision.Wait(null, null);
        // The one before is guarded until its successor is built, and undone before its successor starts.
        if (state.Guarded is { Phase: RolloutPhase.RollingBack } undone)
            return new Decision.Wait(null, $"{undone.Id} to be undone");
        if (candidate == state.Live)
            return new Decision.Move(new RolloutEnded(RolloutOutcome.Promoted, null, $"{candidate} is live already; nothing had to be done."));
        if (NoWayBack.Refusal(state, rollout) is { } refusal)
            return new Decision.Move(new RolloutEnded(RolloutOutcome.Failed, refusal, "Over: nothing was touched."));
        var oneOffs = OneOffList.BeforeStart(state, rollout).ToList();
        if (oneOffs.Count == 0)
            return FirstStep(state, rollout);
        // Nobody is there to be asked on a laptop, and where nothing is live there is nothing to go back to.
        var asks = state.Live is not null && !rollout.Terms.Development && oneOffs.Exists(one => !one.Compatible);
        return new Decision.Move(asks && !rollout.MigrationApproved
            ? new WaitBegun(WaitCause.Migration, "Waiting for approval of a migration after which no release before can work with the data.")
            : new MigrationsBegun([.. oneOffs.Select(one => one.Name)]));
    }

    private static Decision Migrated(EnvironmentState state, RolloutState rollout)
        => OneOffList.BeforeStart(state, rollout).FirstOrDefault() is { } next
            ? new Decision.Wait(OneOffWatch.Deadline(next, rollout), $"{next.Name} to end") : FirstStep(state, rollout);

    private static Decision FirstStep(EnvironmentState state, RolloutState rollout)
    {
        var steps = StepPlan.Of(rollout.Terms.Plan, state.Releases[rollout.Candidate!.Value].Release, state.Live is null, rollout.IsRollback);
        return new Decision.Move(new StepStarting(0, steps[0].Percent, steps));
    }

    private static Decision Prepared(EnvironmentState state, RolloutState rollout, Observation seen)
    {
        var deadline = StartDeadline(state, rollout);
        if (rollout.IsRecreate && !rollout.HandedOver && !OneOffList.Jobs(state, rollout).Any(job => job.Service.Service.Needs.IsEmpty))
            return NeedsApproval(rollout) ? Approval(rollout) : new Decision.Move(new HandOverBegun());
        var (ready, proved, missing) = Readiness.Of(state, rollout, seen);
        if (!ready)
            return new Decision.Wait(deadline, missing);
        if (rollout.Phase == RolloutPhase.Starting)
            return new Decision.Move(new InstancesReady());
        if (!proved)
            return new Decision.Wait(deadline, missing);
        return NeedsApproval(rollout) ? Approval(rollout) : Shift(rollout, seen);
    }

    // More of the traffic while both releases fail would only blur who is to blame.
    private static Decision Shift(RolloutState rollout, Observation seen)
        => rollout is { TrafficSince: not null, IsRollback: false, PromoteAsked: false } && rollout.AcceptedStep < rollout.Step
            && seen.Gates.FirstOrDefault(gate => gate.Shared) is { } shared
            ? Hold(shared) : Shifted(rollout, seen);

    private static Decision Hold(GateReading shared) => new Decision.Move(new WaitBegun(WaitCause.SharedFault, $"Holding: {shared}."));

    private static Decision Answered(EnvironmentState state, RolloutState rollout, Observation seen, DateTimeOffset now)
    {
        var deadline = rollout.WaitingSince + rollout.Terms.Plan.ApprovalDeadline;
        switch (rollout.Waiting)
        {
            case WaitCause.Approval when !NeedsApproval(rollout):
                return rollout.IsRecreate && !rollout.HandedOver ? new Decision.Move(new HandOverBegun()) : Shift(rollout, seen);
            case WaitCause.Migration when rollout.MigrationApproved:
                return new Decision.Move(new MigrationsBegun([.. OneOffList.BeforeStart(state, rollout).Select(one => one.Name)]));
            case WaitCause.Inconclusive or WaitCause.SharedFault when rollout.AcceptedStep >= rollout.Step || rollout.PromoteAsked:
                return Baked(rollout) ? After(state, rollout, seen, now) : Shift(rollout, seen);
            case WaitCause.Inconclusive when seen.Gates.Where(gate => gate.Watched).All(gate => gate.Verdict == Verdict.Pass):
                // What it waited for after its bake it has now; another bake would only ask the same again.
                return Baked(rollout) ? After(state, rollout, seen, now) : new Decision.Move(new WaitEnded("The gates pass now."));
            case WaitCause.SharedFault when !seen.Gates.Any(gate => gate.Shared):
                return new Decision.Move(new WaitEnded("The fault that both releases shared has passed."));
            default:
                return new Decision.Wait(deadline, rollout.WaitingWhy);
        }
    }

    private static Decision Baked(EnvironmentState state, RolloutState rollout, Observation seen, DateTimeOffset now)
    {
        if (!seen.TableCurrent || rollout.Percent != rollout.Steps[rollout.Step].Percent)
        {
            var deadline = rollout.PhaseSince + rollout.Terms.Plan.StartDeadline;
            return rollout.IsRollback && now >= deadline
                ? After(state, rollout, seen, now) : new Decision.Wait(deadline, "the gateway to confirm the new table");
        }
        var end = BakeEnd(rollout);
        var step = rollout.Steps[rollout.Step];
        if (rollout.PromoteAsked || step.Bake == TimeSpan.Zero)
            return After(state, rollout, seen, now);
        if (seen.Gates.FirstOrDefault(gate => gate.Shared) is { } shared)
            return Hold(shared);
        if (now < end)
            return new Decision.Wait(end, null);
        var unsure = seen.Gates.FirstOrDefault(gate => gate is { Watched: true, Verdict: Verdict.Inconclusive });
        if (unsure is null && seen.Gates.Any(gate => gate.Watched))
            return After(state, rollout, seen, now);
        var plan = rollout.Terms.Gates;
        var why = unsure?.ToString() ?? "no gate has been read yet";
        // Nobody is there to be asked on a laptop, and nothing is at stake.
        var action = rollout.Terms.Development ? InconclusiveAction.Proceed : plan.WhenInconclusive;
        var patience = rollout.Terms.Development ? TimeSpan.Zero : plan.InconclusiveDeadline;
        if (unsure is null && !state.Releases[rollout.Candidate!.Value].Release.Services.Any(one => !one.Service.Routes.IsEmpty))
            return After(state, rollout, seen, now);
        if (now < end + patience)
            return new Decision.Wait(end + patience, $"a clear verdict; {why}");
        return action switch
        {
            InconclusiveAction.Proceed => After(state, rollout, seen, now),
            InconclusiveAction.RollBack => new Decision.Move(Judgement.Undo(rollout, new(
                $"No clear verdict within {patience.TotalSeconds:0} s after the bake: {why}.", unsure?.Name, unsure?.Service, unsure?.Instance, [],
                "Send it more traffic, bake longer, or say under gates: inconclusive what to do."))),
            _ => new Decision.Move(new WaitBegun(WaitCause.Inconclusive, $"Waiting for a person: {why}.")),
        };
    }

    private static Decision After(EnvironmentState state, RolloutState rollout, Observation seen, DateTimeOffset now)
    {
        var last = rollout.Steps.Length - 1;
        if (rollout.Step < last)
        {
            var next = rollout.PromoteAsked ? last : rollout.Step + 1;
            return new Decision.Move(new StepStarting(next, rollout.Steps[next].Percent, rollout.Steps));
        }
        // Promotion ends the workers of the release before; until then their work is not left to fewer than were promised.
        var patience = BakeEnd(rollout) + rollout.Terms.Plan.StartDeadline;
        if (WorkerShare.Missing(state, rollout, seen) is { } missing && now < patience)
            return new Decision.Wait(patience, missing);
        var release = state.Releases[rollout.Candidate!.Value].Release;
        var handOver = release.Services.Any(one => Desired.HandsOver(rollout, state, one.Service.Name));
        return handOver && !rollout.HandedOver ? new Decision.Move(new HandOverBegun()) : Promote(rollout, seen, now);
    }

    private static Decision HandedOver(EnvironmentState state, RolloutState rollout, Observation seen, DateTimeOffset now)
    {
        var (ready, proved, missing) = Readiness.Of(state, rollout, seen);
        var deadline = StartDeadline(state, rollout);
        // Only a rollback can be past its deadline here; it is not undone, so it ends where it was going.
        var patient = now < deadline || rollout is { Stuck: not null, Overruled: false };
        if ((!ready || !proved || !seen.TableCurrent) && patient)
            return new Decision.Wait(deadline, missing ?? "the gateway to confirm the new table");
        return rollout.Percent < 100 ? Shifted(rollout, seen) : Promote(rollout, seen, now);
    }

    private static Decision Guarded(RolloutState rollout, Observation seen, DateTimeOffset now)
    {
        if (rollout.GuardUntil is { } until && now < until)
            return new Decision.Wait(until, null);
        // Nobody leaves a post while something stirs; it is known within a moment what it is.
        var moment = rollout.GuardUntil + (rollout.Terms.Gates.Sustained * 2);
        if (now < moment && seen.Gates.FirstOrDefault(gate => gate.Asking || gate.Exceeded) is { } stirs)
            return new Decision.Wait(moment, $"a clear verdict before the guard ends; {stirs}");
        return new Decision.Move(new RolloutEnded(RolloutOutcome.Promoted, null, rollout.GuardUntil is null ? null : "The guard is over: the candidate stays live."));
    }

    // A fault that both share may hold a step whose traffic has not shifted yet.
    private static bool Baked(RolloutState rollout) => rollout.Percent == rollout.Steps[rollout.Step].Percent;

    private static bool NeedsApproval(RolloutState rollout)
        => rollout.Steps[rollout.Step].Approval && rollout.ApprovedStep < rollout.Step && !rollout.PromoteAsked;

    private static Decision Approval(RolloutState rollout)
        => new Decision.Move(new WaitBegun(WaitCause.Approval, $"Waiting for approval to give {rollout.Steps[rollout.Step].Percent} % to the candidate."));

    // The runner fills in what the gateway counted; the machine only says that traffic shifts.
    private static Decision Shifted(RolloutState rollout, Observation seen)
        => new Decision.Move(new TrafficShifted(
            rollout.Step, rollout.Steps[rollout.Step].Percent, null, [], [.. seen.Gates.Select(gate => gate.ToString())]));

    private static Decision Promote(RolloutState rollout, Observation seen, DateTimeOffset now)
    {
        var guarded = rollout is { Stable: not null, IsRollback: false } && rollout.Terms.Guard > TimeSpan.Zero;
        return new Decision.Move(new RolloutPromoted(
            rollout.Candidate!.Value, guarded ? now + rollout.Terms.Guard : null, [.. seen.Gates.Select(gate => gate.ToString())]));
    }
}
