using System.Collections.Immutable;

namespace Slipway.Cli.Load;

/// <summary>How a request ended; each ends in exactly one way.</summary>
public enum LoadOutcome
{
    /// <summary>A whole answer below 500, its content as expected.</summary>
    Ok,

    /// <summary>A whole answer from 500 on.</summary>
    ServerError,

    /// <summary>A whole answer below 500, its content not as expected.</summary>
    Mismatched,

    /// <summary>The connection ended before any of the answer came.</summary>
    Reset,

    /// <summary>The connection ended in the middle of the answer, or broke the rules of HTTP.</summary>
    Truncated,

    /// <summary>Not answered in time, waiting for a free connection included.</summary>
    Timeout,

    /// <summary>No connection could be made.</summary>
    Refused,
}

/// <summary>What an open-loop load has counted.</summary>
public sealed record LoadReport
{
    /// <summary>When the first request fell due.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Seconds since then.</summary>
    public required double ElapsedSeconds { get; init; }

    /// <summary>Requests that fell due.</summary>
    public required long Due { get; init; }

    /// <summary>How the requests ended, together.</summary>
    public required LoadCounts Total { get; init; }

    /// <summary>How they ended, by kind of request.</summary>
    public required ImmutableSortedDictionary<string, LoadCounts> ByRequest { get; init; }

    /// <summary>How they ended, by the release that answered; <c>unknown</c> for no answer or one that did not say.</summary>
    public required ImmutableSortedDictionary<string, LoadCounts> ByRelease { get; init; }

    /// <summary>Answers by status class, 1xx to 5xx.</summary>
    public required ImmutableArray<long> StatusClasses { get; init; }

    /// <summary>Time from when a request fell due to the end of its whole answer, in milliseconds.</summary>
    public required LoadLatency Latency { get; init; }

    /// <summary>Connections that were opened, and the most at once.</summary>
    public required LoadConnections Connections { get; init; }

    /// <summary>How late the client itself began a request at worst, in milliseconds: large values mean that it, and not the target, was too slow.</summary>
    public required double ClientLateMaxMs { get; init; }

    /// <summary>Each second: requests that fell due in it, by how they ended.</summary>
    public required ImmutableArray<LoadSecond> Seconds { get; init; }

    /// <summary>The first failures, at most 200; the counts have them all.</summary>
    public required ImmutableArray<LoadFailure> Failures { get; init; }

    /// <summary>Requests that did not end well, whatever the way.</summary>
    public long Bad => Total.Bad;
}

/// <summary>Counts of ends.</summary>
public sealed record LoadCounts
{
    /// <summary><see cref="LoadOutcome.Ok"/>.</summary>
    public required long Ok { get; init; }

    /// <summary><see cref="LoadOutcome.ServerError"/>.</summary>
    public required long ServerErrors { get; init; }

    /// <summary><see cref="LoadOutcome.Mismatched"/>.</summary>
    public required long Mismatched { get; init; }

    /// <summary><see cref="LoadOutcome.Reset"/>.</summary>
    public required long Resets { get; init; }

    /// <summary><see cref="LoadOutcome.Truncated"/>.</summary>
    public required long Truncated { get; init; }

    /// <summary><see cref="LoadOutcome.Timeout"/>.</summary>
    public required long Timeouts { get; init; }

    /// <summary><see cref="LoadOutcome.Refused"/>.</summary>
    public required long Refused { get; init; }

    /// <summary>When the first request that did not end well ended; null when all did.</summary>
    public DateTimeOffset? FirstBadAt { get; init; }

    /// <summary>When the last one did.</summary>
    public DateTimeOffset? LastBadAt { get; init; }

    /// <summary>All but <see cref="Ok"/>.</summary>
    public long Bad => ServerErrors + Mismatched + Transport;

    /// <summary>Requests without a whole answer.</summary>
    public long Transport => Resets + Truncated + Timeouts + Refused;

    /// <summary>Every one.</summary>
    public long Ended => Ok + Bad;
}

/// <summary>Latencies in milliseconds; null without an answer.</summary>
/// <param name="P50">Half of the answers were quicker.</param>
/// <param name="P90">90 % were.</param>
/// <param name="P95">95 % were.</param>
/// <param name="P99">99 % were.</param>
/// <param name="P999">99.9 % were.</param>
/// <param name="Max">The slowest one.</param>
public sealed record LoadLatency(double? P50, double? P90, double? P95, double? P99, double? P999, double? Max);

/// <summary>Connections.</summary>
/// <param name="Opened">How many were opened.</param>
/// <param name="Peak">The most at once.</param>
public sealed record LoadConnections(long Opened, int Peak);

/// <summary>One second of a load.</summary>
/// <param name="Second">Its number, from 0.</param>
/// <param name="Ok">Requests due in it that ended well.</param>
/// <param name="Bad">Those that did not.</param>
public sealed record LoadSecond(int Second, long Ok, long Bad);

/// <summary>A request that did not end well.</summary>
/// <param name="At">When it ended.</param>
/// <param name="Number">Its number, from 0.</param>
/// <param name="Request">The kind of request.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Status">The answer's status; null without one.</param>
/// <param name="Release">The release that answered; null when unknown.</param>
/// <param name="Detail">What went wrong, for people; null when the outcome says it all.</param>
public sealed record LoadFailure(
    DateTimeOffset At, long Number, string Request, LoadOutcome Outcome, int? Status, string? Release, string? Detail);
