using System.Collections.Immutable;

namespace Slipway.Core.Manifests;

/// <summary>By what of its own <c>/metrics</c> a service is judged. Metrics are named as <see cref="Telemetry.MetricSelector"/> reads them.</summary>
public sealed record MeasurePlan
{
    /// <summary>Its gates over metrics of its own.</summary>
    public required ImmutableArray<MetricGatePlan> Metrics { get; init; }

    /// <summary>How it tells of its jobs; null when the manifest does not say, so that the usual names are looked for.</summary>
    public JobMeasures? Jobs { get; init; }
}

/// <summary>A gate over a metric.</summary>
/// <param name="Name">What it measures, for people; the gate's name.</param>
/// <param name="Kind">How it is measured.</param>
/// <param name="Metric">The metric; of a ratio, the part.</param>
/// <param name="Whole">What a ratio is a part of; null for others.</param>
public sealed record MetricGatePlan(string Name, MeasureKind Kind, string Metric, string? Whole)
{
    /// <summary>Above this it fails: a share from 0 to 1, events per second, or a level; null for no such limit.</summary>
    public double? Above { get; init; }

    /// <summary>Below this it fails.</summary>
    public double? Below { get; init; }

    /// <summary>More than so many times stable's fails, above 1; null for no such limit.</summary>
    public double? MoreThan { get; init; }

    /// <summary>Less than so many times stable's fails, from 0 to below 1; null for no such limit.</summary>
    public double? LessThan { get; init; }

    /// <summary>How long a level or a rate must hold to count; null for the gates' own.</summary>
    public TimeSpan? Sustained { get; init; }

    /// <summary>Events of the candidate below which nothing is said: of the whole of a ratio, or of a rate.</summary>
    public required int EventsMin { get; init; }

    /// <summary>Whether it must pass before the candidate gets more traffic; otherwise it must only not fail.</summary>
    public required bool Watched { get; init; }
}

/// <summary>How a metric is measured.</summary>
public enum MeasureKind
{
    /// <summary>Events a second, of a counter.</summary>
    Rate,

    /// <summary>The share that one counter has of another.</summary>
    Ratio,

    /// <summary>A value as it is.</summary>
    Level,
}

/// <summary>How a worker tells of its jobs, and what is expected of them.</summary>
public sealed record JobMeasures
{
    /// <summary>The names that are looked for where the manifest says nothing.</summary>
    public static JobMeasures Usual { get; } = new()
    {
        Processed = "jobs_processed_total",
        Failed = "jobs_failed_total",
        Retried = "jobs_retried_total",
        DeadLettered = "jobs_dead_lettered_total",
        Queue = "job_queue_seconds",
        Work = "job_work_seconds",
        Objective = 0.05,
        MoreThan = 1.5,
        Slower = 2,
        SlowerFloor = TimeSpan.FromMilliseconds(100),
        JobsMin = 20,
    };

    /// <summary>A counter of the jobs that ended, however.</summary>
    public required string Processed { get; init; }

    /// <summary>A counter of those that failed.</summary>
    public required string Failed { get; init; }

    /// <summary>A counter of those that are tried again.</summary>
    public required string Retried { get; init; }

    /// <summary>A counter of those that were given up.</summary>
    public required string DeadLettered { get; init; }

    /// <summary>A histogram of the time in the queue, in seconds.</summary>
    public required string Queue { get; init; }

    /// <summary>A histogram of the time at work, in seconds.</summary>
    public required string Work { get; init; }

    /// <summary>The share of jobs, 0 to 1, that may fail, be tried again or be given up, each; default 0.05.</summary>
    public required double Objective { get; init; }

    /// <summary>So many times stable's share is still as good; default 1.5.</summary>
    public required double MoreThan { get; init; }

    /// <summary>So many times stable's time in the queue or at work (p95) is still as good; default 2.</summary>
    public required double Slower { get; init; }

    /// <summary>A time below which nothing is slow; default 100 ms.</summary>
    public required TimeSpan SlowerFloor { get; init; }

    /// <summary>Jobs of the candidate below which nothing is said; default 20.</summary>
    public required int JobsMin { get; init; }
}
