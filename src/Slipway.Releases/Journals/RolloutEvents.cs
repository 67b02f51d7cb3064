using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Releases.Evidence;
using Slipway.Releases.Planning;
using Slipway.Releases.Rollouts;

namespace Slipway.Releases.Journals;

/// <summary>A rollout was asked for.</summary>
/// <param name="Blueprint">What to build; null for a rollback.</param>
/// <param name="Release">The release to restore; null for a deploy.</param>
/// <param name="Path">By which path it came.</param>
/// <param name="Reason">Why; null when not given.</param>
public sealed record RolloutRequested(Blueprint? Blueprint, ReleaseId? Release, string Path, string? Reason) : JournalEvent
{
    internal const string Name = "rollout-requested";

    /// <summary>The rotation that it serves; null for none.</summary>
    public RotationId? Rotation { get; init; }

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => (Release is { } release ? $"Asked to restore release {release}" : $"Asked to release version {Blueprint!.Version}")
        + (Reason is null ? "." : $": {Reason}");
}

/// <summary>A rollout's turn has come.</summary>
public sealed record RolloutBegun : JournalEvent
{
    internal const string Name = "rollout-begun";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => "Began.";
}

/// <summary>The candidate is built.</summary>
/// <param name="Kept">The release.</param>
/// <param name="Cached">Services whose inputs had been built before.</param>
public sealed record ReleaseBuilt(KeptRelease Kept, ImmutableArray<ServiceName> Cached) : JournalEvent
{
    internal const string Name = "release-built";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => $"Release {Kept.Release.Id} ({Kept.Release.Version}) is built"
        + (Cached.IsEmpty ? "." : $", {Cached.Length} of its artefacts from earlier builds.");
}

/// <summary>The instances for a step are to be started.</summary>
/// <param name="Step">Its index.</param>
/// <param name="Percent">The share of traffic that it prepares.</param>
/// <param name="Steps">All steps, as the strategy makes them; the first step's are kept.</param>
public sealed record StepStarting(int Step, int Percent, ImmutableArray<RolloutStep> Steps) : JournalEvent
{
    internal const string Name = "step-starting";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => $"Starting the instances for {Percent} %.";
}

/// <summary>All instances of a step are ready.</summary>
public sealed record InstancesReady : JournalEvent
{
    internal const string Name = "instances-ready";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => "All instances of the candidate are ready.";
}

/// <summary>An instance of the candidate has passed its smoke checks, and may take traffic.</summary>
/// <param name="Instance">The instance.</param>
/// <param name="Checks">How many checks it passed.</param>
public sealed record InstanceProved(InstanceId Instance, int Checks) : JournalEvent
{
    internal const string Name = "instance-proved";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => Checks == 0 ? $"{Instance} is proved: ready." : $"{Instance} is proved: ready, {Checks} smoke checks passed.";
}

/// <summary>The rollout waits for a person.</summary>
/// <param name="Cause">For what.</param>
/// <param name="Why">One sentence.</param>
public sealed record WaitBegun(WaitCause Cause, string Why) : JournalEvent
{
    internal const string Name = "wait-begun";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => Why;
}

/// <summary>What it waited for has come by itself.</summary>
/// <param name="Why">One sentence.</param>
public sealed record WaitEnded(string Why) : JournalEvent
{
    internal const string Name = "wait-ended";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => Why;
}

/// <summary>A person told the rollout what to do.</summary>
/// <param name="Verb">What; never <see cref="SteerVerb.Abort"/>, which is a <see cref="RollBackBegun"/>.</param>
/// <param name="Reason">Why; null when not given.</param>
public sealed record RolloutSteered(SteerVerb Verb, string? Reason) : JournalEvent
{
    internal const string Name = "rollout-steered";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => (Verb switch
    {
        SteerVerb.Promote => "Told to promote without further bakes and approvals",
        SteerVerb.Approve => "Approved",
        SteerVerb.Pause => "Paused",
        SteerVerb.Resume => "Resumed",
        _ => Verb.ToString(),
    }) + (Reason is null ? "." : $": {Reason}");
}

/// <summary>A share of the traffic goes to the candidate.</summary>
/// <param name="Step">The step.</param>
/// <param name="Percent">The share.</param>
/// <param name="Baseline">The candidate's counters before it, to tell what it inherited.</param>
/// <param name="Record">Stable's record over the last seconds before, to compare with when it has no traffic.</param>
/// <param name="Gates">What the gates said before, one line each.</param>
public sealed record TrafficShifted(
    int Step, int Percent, TrafficBaseline? Baseline, ImmutableArray<ServiceRecord> Record, ImmutableArray<string> Gates) : JournalEvent
{
    internal const string Name = "traffic-shifted";

    /// <summary>What the gateway had counted of both releases; null when it did not answer, or an earlier version wrote this.</summary>
    public TrafficCounts? Counts { get; init; }

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => $"{Percent} % of the traffic goes to the candidate.";
}

/// <summary>Services that must not run twice are handed over: the old end, then the new start.</summary>
public sealed record HandOverBegun : JournalEvent
{
    internal const string Name = "hand-over-begun";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => "Handing over the services that must not run twice.";
}

/// <summary>A job of the candidate has run to its end.</summary>
/// <param name="Service">The job.</param>
public sealed record JobFinished(ServiceName Service) : JournalEvent
{
    internal const string Name = "job-finished";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => $"Job {Service} has finished.";
}

/// <summary>The candidate is the live release.</summary>
/// <param name="Release">The candidate.</param>
/// <param name="GuardUntil">Until when it is guarded; null for not at all.</param>
/// <param name="Gates">What the gates said, one line each.</param>
public sealed record RolloutPromoted(ReleaseId Release, DateTimeOffset? GuardUntil, ImmutableArray<string> Gates) : JournalEvent
{
    internal const string Name = "rollout-promoted";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => GuardUntil is { } until
        ? $"{Release} is promoted and guarded until {until.UtcDateTime:HH:mm:ss} UTC."
        : $"{Release} is promoted.";
}

/// <summary>The rollout is to be undone.</summary>
/// <param name="Failure">Why.</param>
/// <param name="Outcome">How it will have ended.</param>
public sealed record RollBackBegun(Failure Failure, RolloutOutcome Outcome) : JournalEvent
{
    internal const string Name = "roll-back-begun";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => $"Undoing: {Failure.Reason}";
}

/// <summary>The last lines of what failed.</summary>
/// <param name="LastLines">The lines, known secret values masked.</param>
public sealed record FailureExplained(ImmutableArray<string> LastLines) : JournalEvent
{
    internal const string Name = "failure-explained";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => LastLines.IsEmpty ? "It wrote nothing." : $"Its last line: {LastLines[^1]}";
}

/// <summary>A rollout is over.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Failure">Why it failed, when that was not said before.</param>
/// <param name="Note">One sentence; null for none.</param>
public sealed record RolloutEnded(RolloutOutcome Outcome, Failure? Failure, string? Note) : JournalEvent
{
    internal const string Name = "rollout-ended";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => Note ?? (Outcome switch
    {
        RolloutOutcome.Promoted => "Over: the candidate is live.",
        RolloutOutcome.RolledBack => "Over: undone, everything is as before.",
        RolloutOutcome.Aborted => "Over: aborted, everything is as before.",
        _ => "Over: failed, nothing has changed.",
    }) + (Failure is null ? "" : $" {Failure.Reason}");
}
