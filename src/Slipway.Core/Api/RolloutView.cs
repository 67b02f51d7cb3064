using Slipway.Core.Manifests;

namespace Slipway.Core.Api;

/// <summary>A rollout as the control plane shows it.</summary>
public sealed record RolloutView
{
    /// <summary>Its identity.</summary>
    public required RolloutId Id { get; init; }

    /// <summary>The environment.</summary>
    public required EnvironmentName Environment { get; init; }

    /// <summary>How it goes live.</summary>
    public required Strategy Strategy { get; init; }

    /// <summary>
    /// One word: <c>queued</c>, <c>building</c>, <c>migrating</c>, <c>starting</c>, <c>proving</c>, <c>baking</c>, <c>waiting</c> (for a
    /// person), <c>paused</c>, <c>handing-over</c>, <c>guarding</c>, <c>rolling-back</c>, <c>done</c>.
    /// </summary>
    public required string Phase { get; init; }

    /// <summary>How it ended: <c>promoted</c>, <c>rolled-back</c>, <c>aborted</c>, <c>failed</c>; null while it goes on. Guarding is not an end.</summary>
    public string? Outcome { get; init; }

    /// <summary>Whether all traffic has gone to the candidate and is still there.</summary>
    public required bool Promoted { get; init; }

    /// <summary>The release it makes live; null until it is built.</summary>
    public ReleaseView? Candidate { get; init; }

    /// <summary>The release that was live when it began; null when none was.</summary>
    public ReleaseView? Stable { get; init; }

    /// <summary>The candidate's present share of the traffic, in percent.</summary>
    public required int Percent { get; init; }

    /// <summary>The shares on the way, in percent.</summary>
    public required IReadOnlyList<int> Steps { get; init; }

    /// <summary>The step it is at, from 0; -1 before the first.</summary>
    public required int Step { get; init; }

    /// <summary>Who works at what nobody routes to: the candidate's part of each worker service; empty when nothing is shared.</summary>
    public IReadOnlyList<WorkerShareView> Workers { get; init; } = [];

    /// <summary>The gates, as last read.</summary>
    public required IReadOnlyList<GateView> Gates { get; init; }

    /// <summary>What it waits for, for people; null when it waits for nothing.</summary>
    public string? Waiting { get; init; }

    /// <summary>When its present phase ends if nothing fails; null when unknown.</summary>
    public DateTimeOffset? PhaseEndsAt { get; init; }

    /// <summary>Why it failed or was undone; null when it was not.</summary>
    public FailureView? Failure { get; init; }

    /// <summary>Who asked for it.</summary>
    public required string Actor { get; init; }

    /// <summary>By which path it came: <c>cli</c>, <c>api</c>, <c>ci</c>.</summary>
    public required string Path { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>When it ended; null while it goes on.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>What happened, oldest first.</summary>
    public required IReadOnlyList<MilestoneView> Milestones { get; init; }
}

/// <summary>The candidate's part of the instances of a service that work by themselves.</summary>
/// <param name="Service">The service.</param>
/// <param name="Candidate">How many of the candidate's are at work.</param>
/// <param name="AtWork">How many are at work in all.</param>
public sealed record WorkerShareView(ServiceName Service, int Candidate, int AtWork);

/// <summary>Something that happened in a rollout.</summary>
/// <param name="At">When.</param>
/// <param name="What">What, one sentence for people.</param>
public sealed record MilestoneView(DateTimeOffset At, string What);

/// <summary>A gate as last read.</summary>
/// <param name="Name">Its name, such as <c>errors</c>.</param>
/// <param name="Service">The service it looks at; null for the whole release.</param>
/// <param name="Verdict"><c>pass</c>, <c>fail</c> or <c>inconclusive</c>.</param>
/// <param name="Reading">Its numbers, for people: <c>0.0 % of 412 (stable 0.1 % of 3,700), at most 5 %</c>.</param>
public sealed record GateView(string Name, ServiceName? Service, string Verdict, string Reading);

/// <summary>Why a rollout failed or was undone, in place.</summary>
/// <param name="Reason">Why, one sentence.</param>
/// <param name="Gate">Which gate; null when none was involved.</param>
/// <param name="Instance">Which instance; null when none was involved.</param>
/// <param name="LastLines">The end of what that instance, or the build, wrote.</param>
/// <param name="Remedy">What to do.</param>
public sealed record FailureView(
    string Reason, string? Gate, InstanceId? Instance, IReadOnlyList<string> LastLines, string Remedy);
