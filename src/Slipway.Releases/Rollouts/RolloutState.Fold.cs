using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Releases.Evidence;
using Slipway.Releases.Journals;

namespace Slipway.Releases.Rollouts;

/// <summary>How a rollout follows from what the journal tells, event by event.</summary>
public sealed partial record RolloutState
{
    /// <summary>The state after an event of this rollout.</summary>
    /// <exception cref="InvalidOperationException">The event is none of a rollout's.</exception>
    public RolloutState Apply(JournalRecord record)
    {
        var at = record.At;
        var next = record.Event switch
        {
            RolloutBegun => Enter(RolloutPhase.Building, at),
            ReleaseBuilt e => this with { Candidate = e.Kept.Release.Id },
            StepStarting e => Enter(RolloutPhase.Starting, at) with { Step = e.Step, Steps = Steps.IsEmpty ? e.Steps : Steps, HeldSince = null },
            InstancesReady => Phase == RolloutPhase.Starting ? this with { Phase = RolloutPhase.Proving } : this,
            MigrationsBegun => Enter(RolloutPhase.Migrating, at),
            OneOffStarted e => this with { OneOffStarts = OneOffStarts.SetItem(e.Service, at) },
            OneOffRepeated e => this with { OneOffStarts = OneOffStarts.Remove(e.Service) },
            JobFinished or MigrationFinished or SeedFinished => this with { OneOffEndedAt = at },
            RolloutStuck e => this with { Stuck = e.Failure },
            CandidateKept => this with { Promoted = true, Percent = 100 },
            InstanceProved e => this with { Proved = Proved.Add(e.Instance) },
            WaitBegun e => Enter(RolloutPhase.Waiting, at) with { Waiting = e.Cause, WaitingWhy = e.Why, HeldSince = HeldSince ?? at },
            WaitEnded => Enter(Step >= 0 && Percent == Steps[Step].Percent ? RolloutPhase.Baking : RolloutPhase.Starting, at),
            RolloutSteered e => Steered(e.Verb, at),
            TrafficShifted e => Shifted(e, at),
            TrafficWithdrawn e => this with { WithdrawnAt = at, WithdrawnWhy = e.Why, Withdrawals = Withdrawals + 1, Counts = Counted(e.Counts) },
            TrafficReturned e => Returned(e, at),
            WorkEnded => this,
            HandOverBegun => Enter(RolloutPhase.HandingOver, at) with { HandedOver = true },
            RolloutPromoted e => Enter(RolloutPhase.Guarding, at) with { Promoted = true, Percent = 100, HandedOver = true, GuardUntil = e.GuardUntil, GuardSeen = at },
            GuardWatched => this with { GuardSeen = at },
            GuardExtended e => this with { GuardUntil = e.Until, GuardSeen = at },
            RollBackBegun e => Enter(RolloutPhase.RollingBack, at) with
            {
                Failure = e.Failure,
                Outcome = e.Outcome,
                Percent = 0,
                Promoted = false,
                GuardUntil = null,
                UndoneAt = at,
                HandedOver = false,
                PausedAt = null,
                WithdrawnAt = null,
            },
            FailureExplained e => this with { Explained = true, Failure = Failure is null ? null : Failure with { LastLines = e.LastLines } },
            RolloutEnded e => Enter(RolloutPhase.Done, at) with { Outcome = e.Outcome, Failure = e.Failure ?? Failure, EndedAt = at },
            _ => throw new InvalidOperationException($"'{record.Event.Kind}' is no event of a rollout."),
        };
        return next with { Milestones = next.Milestones.Add(new(at, record.Event.What)) };
    }

    /// <summary>
    /// The state after the release that it was to follow has been undone beneath it. What it has seen so far was beside that one,
    /// so it begins anew from its built candidate; one that is being undone itself goes back to the release that is live now.
    /// </summary>
    /// <param name="undone">The rollout beneath.</param>
    /// <param name="live">The release that is live now.</param>
    /// <param name="at">When.</param>
    public RolloutState WithoutGround(RolloutId undone, ReleaseId? live, DateTimeOffset at)
    {
        if (!StableKnown || IsOver || Promoted || UndoesPromotion)
            return this;
        if (Phase == RolloutPhase.RollingBack)
            return this with { Stable = live, StableKnown = false };
        return new()
        {
            Id = Id,
            Environment = Environment,
            Blueprint = Blueprint,
            Terms = Terms,
            Candidate = Candidate,
            Phase = RolloutPhase.Building,
            PhaseSince = at,
            OneOffStarts = OneOffStarts,
            OneOffEndedAt = OneOffEndedAt,
            MigrationApproved = MigrationApproved,
            PromoteAsked = PromoteAsked,
            PausedAt = PausedAt is null ? null : at,
            Actor = Actor,
            Path = Path,
            RequestedAt = RequestedAt,
            Milestones = Milestones.Add(new(at, $"{undone}, which it was to follow, is undone, so it begins anew.")),
        };
    }

    private RolloutState Enter(RolloutPhase phase, DateTimeOffset at) => this with
    {
        Phase = phase,
        PhaseSince = at,
        PausedFor = TimeSpan.Zero,
        PausedAt = PausedAt is null ? null : at,
        Waiting = null,
        WaitingWhy = null,
    };

    private RolloutState Shifted(TrafficShifted e, DateTimeOffset at)
    {
        var records = Record;
        foreach (var record in e.Record)
        {
            // A step at which stable had next to no traffic must not overwrite what it did before; nor does another load.
            var known = records.Where(one => one.Service == record.Service).ToList();
            var same = known.Find(one => one.Load == record.Load);
            var worst = known.Select(one => one.WorstErrorRatio).Append(record.WorstErrorRatio).Max();
            var kept = same is null || record.Requests >= Math.Min(same.Requests, Terms.Gates.RequestsMin) ? record : same;
            records = [.. records.Where(one => one != same).Select(one => one.Service == record.Service ? one with { WorstErrorRatio = worst } : one), kept with { WorstErrorRatio = worst }];
        }
        return Enter(RolloutPhase.Baking, at) with
        {
            Step = e.Step,
            Percent = e.Percent,
            TrafficSince = TrafficSince ?? at,
            ShiftedAt = at,
            Baseline = Baseline ?? e.Baseline,
            Record = records,
            Counts = Counted(e.Counts),
            Withdrawals = 0,
        };
    }

    // A bake begins anew; what only prepares the next step is given the time that it could not go on.
    private RolloutState Returned(TrafficReturned e, DateTimeOffset at)
    {
        var held = at - (WithdrawnAt ?? at);
        var next = Phase == RolloutPhase.Baking ? Enter(RolloutPhase.Baking, at) : this with { PausedFor = PausedFor + held };
        return next with { WithdrawnAt = null, ShiftedAt = at, Counts = Counted(e.Counts), Withdrawals = e.Shared ? Math.Max(0, Withdrawals - 1) : Withdrawals };
    }

    private ImmutableArray<TrafficCounts> Counted(TrafficCounts? counts) => counts is null ? Counts : Counts.Add(counts);

    private RolloutState Steered(SteerVerb verb, DateTimeOffset at) => verb switch
    {
        SteerVerb.Promote => this with { PromoteAsked = true, Overruled = Stuck is not null },
        SteerVerb.Approve when Waiting == WaitCause.Migration => this with { MigrationApproved = true },
        SteerVerb.Approve when Waiting == WaitCause.Approval => this with { ApprovedStep = Step },
        SteerVerb.Approve => this with { AcceptedStep = Step },
        SteerVerb.Pause => this with { PausedAt = at },
        SteerVerb.Resume => this with { PausedAt = null, PausedFor = PausedFor + (at - (PausedAt ?? at)) },
        _ => throw new InvalidOperationException($"{verb} is no event of its own."),
    };
}
