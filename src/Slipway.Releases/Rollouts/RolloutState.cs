using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Releases.Evidence;
using Slipway.Releases.Journals;
using Slipway.Releases.Planning;

namespace Slipway.Releases.Rollouts;

/// <summary>A rollout as the journal tells it.</summary>
public sealed partial record RolloutState
{
    private readonly Lazy<ILookup<ServiceName, ServiceRecord>> _records = new(() => Array.Empty<ServiceRecord>().ToLookup(one => one.Service), LazyThreadSafetyMode.PublicationOnly);

    /// <summary>Its identity.</summary>
    public required RolloutId Id { get; init; }

    /// <summary>The environment.</summary>
    public required EnvironmentName Environment { get; init; }

    /// <summary>What it builds; null for a rollback.</summary>
    public Blueprint? Blueprint { get; init; }

    /// <summary>How it goes live.</summary>
    public required ReleaseTerms Terms { get; init; }

    /// <summary>The release it makes live; null until it is built.</summary>
    public ReleaseId? Candidate { get; init; }

    /// <summary>The release that was live when its first step began; null when none was.</summary>
    public ReleaseId? Stable { get; init; }

    /// <summary>Whether its first step has begun, and <see cref="Stable"/> is settled.</summary>
    public bool StableKnown { get; init; }

    /// <summary>The steps, as its strategy makes them.</summary>
    public ImmutableArray<RolloutStep> Steps { get; init; } = [];

    /// <summary>Where it is.</summary>
    public required RolloutPhase Phase { get; init; }

    /// <summary>Since when.</summary>
    public required DateTimeOffset PhaseSince { get; init; }

    /// <summary>The step that is prepared or baked, from 0; -1 before the first.</summary>
    public int Step { get; init; } = -1;

    /// <summary>The candidate's share of the traffic, in percent.</summary>
    public int Percent { get; init; }

    /// <summary>When it first got traffic; null before.</summary>
    public DateTimeOffset? TrafficSince { get; init; }

    /// <summary>When its share of the traffic last changed; null before the first.</summary>
    public DateTimeOffset? ShiftedAt { get; init; }

    /// <summary>The candidate's counters then.</summary>
    public TrafficBaseline? Baseline { get; init; }

    /// <summary>Stable's record from when it had traffic to speak of, one for each load that it had.</summary>
    public ImmutableArray<ServiceRecord> Record
    {
        get;
        init => (field, _records) = (value, new(() => value.ToLookup(one => one.Service), LazyThreadSafetyMode.PublicationOnly));
    } = [];

    /// <summary>What the gateway had counted of both releases at each change of the shares, oldest first.</summary>
    public ImmutableArray<TrafficCounts> Counts { get; init; } = [];

    /// <summary>Since when all traffic is back with stable on a suspicion; null while the candidate has its share.</summary>
    public DateTimeOffset? WithdrawnAt { get; init; }

    /// <summary>What the suspicion is, with its numbers.</summary>
    public string? WithdrawnWhy { get; init; }

    /// <summary>How many times in a row this step's traffic was taken back.</summary>
    public int Withdrawals { get; init; }

    /// <summary>The candidate's share of the traffic now, in percent: none while it is taken back.</summary>
    public int Share => WithdrawnAt is null ? Percent : 0;

    /// <summary>Instances that passed their smoke checks.</summary>
    public ImmutableHashSet<InstanceId> Proved { get; init; } = [];

    /// <summary>What it waits for; null outside <see cref="RolloutPhase.Waiting"/>.</summary>
    public WaitCause? Waiting { get; init; }

    /// <summary>Since when its step has been held, with better moments in between; null for a step that never was.</summary>
    public DateTimeOffset? HeldSince { get; init; }

    /// <summary>Since when somebody is waited for. A fault that comes and goes is no new reason each time.</summary>
    public DateTimeOffset WaitingSince => Waiting is WaitCause.SharedFault or WaitCause.Inconclusive ? HeldSince ?? PhaseSince : PhaseSince;

    /// <summary>Why it waits.</summary>
    public string? WaitingWhy { get; init; }

    /// <summary>The step up to which a person has approved; -1 for none.</summary>
    public int ApprovedStep { get; init; } = -1;

    /// <summary>The step whose inconclusive gates a person has accepted; -1 for none.</summary>
    public int AcceptedStep { get; init; } = -1;

    /// <summary>When its jobs, migrations and seeds were seen to have begun.</summary>
    public ImmutableDictionary<ServiceName, DateTimeOffset> OneOffStarts { get; init; } = ImmutableDictionary<ServiceName, DateTimeOffset>.Empty;

    /// <summary>When the last of them ended well; null before the first.</summary>
    public DateTimeOffset? OneOffEndedAt { get; init; }

    /// <summary>Whether a person has approved of a migration after which there is no way back.</summary>
    public bool MigrationApproved { get; init; }

    /// <summary>Why it failed when it could not be undone any more; null while it has not.</summary>
    public Failure? Stuck { get; init; }

    /// <summary>Whether a person has said since that it goes on regardless.</summary>
    public bool Overruled { get; init; }

    /// <summary>Whether a person asked to skip bakes and approvals.</summary>
    public bool PromoteAsked { get; init; }

    /// <summary>Since when a person has held it; null when nobody does.</summary>
    public DateTimeOffset? PausedAt { get; init; }

    /// <summary>How long the present phase has stood still.</summary>
    public TimeSpan PausedFor { get; init; }

    /// <summary>Whether services that must not run twice belong to the candidate now.</summary>
    public bool HandedOver { get; init; }

    /// <summary>Whether the candidate has become the live release.</summary>
    public bool Promoted { get; init; }

    /// <summary>Whether it is undone after its promotion.</summary>
    public bool UndoesPromotion { get; init; }

    /// <summary>When a fault that the release before shares was last told of, or told to be over; null for never.</summary>
    public DateTimeOffset? SharedAt { get; init; }

    /// <summary>Until when it is guarded.</summary>
    public DateTimeOffset? GuardUntil { get; init; }

    /// <summary>Up to when the journal knows that its guard has watched; null before its promotion.</summary>
    public DateTimeOffset? GuardSeen { get; init; }

    /// <summary>When its undoing began; null while it is not undone.</summary>
    public DateTimeOffset? UndoneAt { get; init; }

    /// <summary>Why it failed or was undone.</summary>
    public Failure? Failure { get; init; }

    /// <summary>Whether the last lines of what failed were fetched.</summary>
    public bool Explained { get; init; }

    /// <summary>How it ended, or will have ended once it is undone; null while that is open.</summary>
    public RolloutOutcome? Outcome { get; init; }

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

    /// <summary>Whether it restores an earlier release: it is then neither baked nor guarded, and never undone for a gate.</summary>
    public bool IsRollback => Blueprint is null;

    /// <summary>Whether it is over.</summary>
    public bool IsOver => Phase == RolloutPhase.Done;

    /// <summary>Whether the old instances end before the new start, for all services.</summary>
    public bool IsRecreate => Terms.Plan.Strategy == Strategy.Recreate && StableKnown && Stable is not null;

    /// <summary>The event by which it is undone, whatever its phase.</summary>
    /// <param name="failure">Why.</param>
    public JournalEvent Undone(Failure failure) => Phase is RolloutPhase.Queued or RolloutPhase.Building
        ? new RolloutEnded(RolloutOutcome.Aborted, failure, "Over: aborted before anything was started.")
        : new RollBackBegun(failure, Promoted ? RolloutOutcome.RolledBack : RolloutOutcome.Aborted);

    /// <summary>What stable did before it had no traffic, from when it had most; null when nothing is known.</summary>
    public ServiceRecord? RecordOf(ServiceName service) => _records.Value[service].MaxBy(one => one.Requests);

    /// <summary>What it did at a load such as that, at most twice as much or half; null when it never had such a load.</summary>
    public ServiceRecord? RecordOf(ServiceName service, double requestsPerSecond) => _records.Value[service]
        .Where(one => one.Seconds > 0 && Math.Abs(Math.Log2(one.PerSecond / requestsPerSecond)) <= 1)
        .MinBy(one => Math.Abs(Math.Log2(one.PerSecond / requestsPerSecond)));
}

/// <summary>Something that happened in a rollout.</summary>
/// <param name="At">When.</param>
/// <param name="What">One sentence for people.</param>
public sealed record Milestone(DateTimeOffset At, string What);
