using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Releases.Drift;
using Slipway.Releases.Journals;
using Slipway.Releases.OneOffs;
using Slipway.Releases.Planning;
using Slipway.Releases.Rotations;

namespace Slipway.Releases.Rollouts;

/// <summary>An environment as the journal tells it.</summary>
public sealed record EnvironmentState
{
    /// <summary>Its name.</summary>
    public required EnvironmentName Environment { get; init; }

    /// <summary>Every release that was ever built for it.</summary>
    public ImmutableDictionary<ReleaseId, KeptRelease> Releases { get; init; } = ImmutableDictionary<ReleaseId, KeptRelease>.Empty;

    /// <summary>Every rollout, oldest first.</summary>
    public ImmutableList<RolloutState> Rollouts { get; init; } = [];

    /// <summary>Every rotation of a secret, oldest first.</summary>
    public ImmutableList<RotationState> Rotations { get; init; } = [];

    /// <summary>The releases that became live, oldest first, those undone left out; the last one is live.</summary>
    public ImmutableList<ReleaseId> Lives { get; init; } = [];

    /// <summary>The release that is live; null when none is.</summary>
    public ReleaseId? Live { get; init; }

    /// <summary>What has run once, and what the data has become by it.</summary>
    public OneOffLedger OneOffs { get; init; } = OneOffLedger.Empty;

    /// <summary>Whether everything is to end.</summary>
    public bool Stopping { get; init; }

    /// <summary>Whether the data goes with it.</summary>
    public bool Resetting { get; init; }

    /// <summary>What was last told to be other than declared.</summary>
    public ImmutableArray<DriftFinding> Drift { get; init; } = [];

    /// <summary>Instances that are to be replaced by others of the same release.</summary>
    public ImmutableHashSet<InstanceId> Condemned { get; init; } = [];

    /// <summary>Since when; null while none is.</summary>
    public DateTimeOffset? CondemnedAt { get; init; }

    /// <summary>What needs a person now, as it was last journaled.</summary>
    public ImmutableArray<Alarm> Alarms { get; init; } = [];

    /// <summary>When a person last closed the circuit; null for never.</summary>
    public DateTimeOffset? CircuitClosedAt { get; init; }

    /// <summary>Ends of workers and schedulers that were told, the last of them.</summary>
    public ImmutableList<string> WorkEnds { get; init; } = [];

    /// <summary>The rollout that is neither queued, guarded nor over; null when none is.</summary>
    public RolloutState? Active => Rollouts.FindLast(one => !one.IsOver && one.Phase != RolloutPhase.Queued && !IsGuarded(one));

    /// <summary>The rollout that is guarded, or undone after its promotion; null when none is.</summary>
    public RolloutState? Guarded => Rollouts.FindLast(one => !one.IsOver && IsGuarded(one));

    /// <summary>The rollout to show: the active, else the guarded one.</summary>
    public RolloutState? Current => Active ?? Guarded;

    /// <summary>Rollouts that wait for their turn, next first.</summary>
    public IEnumerable<RolloutState> Queue => Rollouts.Where(one => one.Phase == RolloutPhase.Queued);

    /// <summary>The release kept warm behind the live one; null when none is.</summary>
    public ReleaseId? Previous => Guarded is { Phase: RolloutPhase.Guarding, Stable: { } stable } ? stable : null;

    /// <summary>The rollout of that identity, or null.</summary>
    public RolloutState? Find(RolloutId id) => Rollouts.Find(one => one.Id == id);

    /// <summary>The rotation of that identity, or null.</summary>
    public RotationState? Find(RotationId id) => Rotations.Find(one => one.Id == id);

    /// <summary>The state after an event of this environment.</summary>
    public EnvironmentState Apply(JournalRecord record) => record.Event switch
    {
        RolloutRequested e => Requested(e, record),
        RotationRequested e => this with { Rotations = Rotations.Add(RotationState.Of(e, record)) },
        RotationEvent e => Rotated(e.Rotation, rotation => rotation.Apply(e, record.At)),
        DownRequested e => this with { Stopping = true, Resetting = e.Reset, OneOffs = e.Reset ? OneOffLedger.Empty : OneOffs },
        DownFinished => this with { Stopping = false, Resetting = false, Live = null, Drift = [], Condemned = [], CondemnedAt = null, Alarms = [] },
        AlarmRaised e => Shared(e.Alarm, e.Of, record.At) with { Alarms = Alarms.Add(new(e.Alarm, e.Of, e.Text, e.Remedy, record.At)) },
        AlarmCleared e => Shared(e.Alarm, e.Of, record.At) with { Alarms = Alarms.RemoveAll(one => one.IsSame(e.Alarm, e.Of)) },
        CircuitClosed => this with { CircuitClosedAt = record.At },
        DriftFound e => this with { Drift = e.Findings },
        DriftFixAsked => this,
        ReplacementBegun e => this with { Condemned = Condemned.Union(e.Instances), CondemnedAt = record.At },
        WorkEnded e => Drains.Told(record.Rollout is { } of && Find(of) is { } known ? Moved(known, record) : this, e),
        ReplacementEnded => this with { Condemned = [], CondemnedAt = null },
        _ when record.Rollout is { } id && Find(id) is { } rollout => Moved(rollout, record),
        _ => throw new InvalidOperationException($"Record {record.Sequence} is of a rollout that was never asked for."),
    };

    /// <summary>The identity of the next rollout.</summary>
    public RolloutId NextId()
        => RolloutId.TryParse($"{Environment}-{Rollouts.Count + 1}", out var id) ? id : throw new InvalidOperationException("Too many rollouts.");

    /// <summary>The identity of the next rotation.</summary>
    public RotationId NextRotationId()
        => RotationId.TryParse($"{Environment}-rotation-{Rotations.Count + 1}", out var id) ? id : throw new InvalidOperationException("Too many rotations.");

    private static bool IsGuarded(RolloutState rollout)
        => rollout.Phase == RolloutPhase.Guarding || (rollout.Phase == RolloutPhase.RollingBack && rollout.UndoesPromotion);

    private EnvironmentState Requested(RolloutRequested e, JournalRecord record)
    {
        var terms = e.Blueprint?.Terms ?? Releases[e.Release!.Value].Terms;
        var rollout = new RolloutState
        {
            Id = record.Rollout!.Value,
            Environment = Environment,
            Blueprint = e.Blueprint,
            Terms = terms,
            Candidate = e.Release,
            Phase = RolloutPhase.Queued,
            PhaseSince = record.At,
            Actor = record.Actor,
            Path = e.Path,
            RequestedAt = record.At,
            Milestones = [new(record.At, e.What)],
        };
        var next = this with { Rollouts = Rollouts.Add(rollout) };
        return e.Rotation is { } id ? next.Rotated(id, rotation => rotation.Asked(rollout.Id, record.At)) : next;
    }

    private EnvironmentState Shared(string alarm, RolloutId? of, DateTimeOffset at)
        => alarm == AlarmKind.SharedFault && of is { } id && Find(id) is { } rollout ? this with { Rollouts = Rollouts.Replace(rollout, rollout with { SharedAt = at }) } : this;

    private EnvironmentState Rotated(RotationId id, Func<RotationState, RotationState> change)
        => Find(id) is { } rotation ? this with { Rotations = Rotations.Replace(rotation, change(rotation)) }
            : throw new InvalidOperationException($"The rotation {id} was never asked for.");

    private EnvironmentState Moved(RolloutState rollout, JournalRecord record)
    {
        var next = this;
        if (!rollout.StableKnown && record.Event is StepStarting or MigrationsBegun or WaitBegun)
            rollout = rollout with { Stable = Live, StableKnown = true };
        var moved = rollout.Apply(record);
        switch (record.Event)
        {
            case ReleaseBuilt e:
                next = next with { Releases = Releases.SetItem(e.Kept.Release.Id, e.Kept) };
                break;
            case RolloutPromoted e:
                next = next with { Live = e.Release, Lives = Lives.Add(e.Release) };
                break;
            case CandidateKept e:
                next = next with { Live = e.Release, Lives = Lives.Add(e.Release) };
                break;
            case RollBackBegun when rollout.Promoted:
                moved = moved with { UndoesPromotion = true };
                next = next with
                {
                    Live = rollout.Stable,
                    Lives = Lives.RemoveAt(Lives.Count - 1),
                    Rollouts = Rollouts.ConvertAll(one => one.Id == rollout.Id ? one : one.WithoutGround(rollout.Id, rollout.Stable, record.At)),
                };
                break;
        }
        return next with { Rollouts = next.Rollouts.Replace(Find(rollout.Id)!, moved), OneOffs = OneOffs.After(record.Event, rollout) };
    }
}
