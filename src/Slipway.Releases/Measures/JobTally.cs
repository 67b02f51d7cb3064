using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Core.Telemetry;

namespace Slipway.Releases.Measures;

/// <summary>What the jobs of a worker have come to.</summary>
public sealed class JobTally
{
    // Three shares and two times, among which the false alarms are shared out.
    private const int Limits = 5;

    internal JobTally(JobMeasures plan, bool isDeclared, double falseAlarms)
    {
        var each = falseAlarms / Limits;
        (Plan, IsDeclared) = (plan, isDeclared);
        Counters = [Selector(plan.Processed), Selector(plan.Failed), Selector(plan.Retried), Selector(plan.DeadLettered)];
        Histograms = [.. ((string[])[plan.Queue, plan.Work]).Select(Buckets)];
        Shares = [.. Enumerable.Range(0, 3).Select(_ => new CountTally(new(IsShare: true, plan.Objective, null, plan.MoreThan, null), each))];
        Times = [.. Enumerable.Range(0, 2).Select(_ => new SlownessTally(plan.Slower, plan.SlowerFloor, each))];
    }

    /// <summary>How it tells of them.</summary>
    public JobMeasures Plan { get; }

    /// <summary>Whether the manifest says how.</summary>
    public bool IsDeclared { get; }

    /// <summary>Jobs that ended, of the candidate and of stable.</summary>
    public (double Candidate, double Stable) Processed { get; private set; }

    /// <summary>The shares of failed, retried and dead-lettered jobs, in this order.</summary>
    public ImmutableArray<CountTally> Shares { get; }

    /// <summary>The time in the queue and at work, in this order.</summary>
    public ImmutableArray<SlownessTally> Times { get; }

    /// <summary>The counters of processed, failed, retried and dead-lettered jobs.</summary>
    public ImmutableArray<MetricSelector> Counters { get; }

    /// <summary>The buckets of the times in the queue and at work.</summary>
    public ImmutableArray<MetricSelector> Histograms { get; }

    internal void Add(Interval interval, int at)
    {
        var (candidate, stable) = (interval.Candidate.Counts[at] ?? 0, interval.Stable.Counts[at] ?? 0);
        Processed = (Processed.Candidate + candidate, Processed.Stable + stable);
        for (var i = 0; i < Shares.Length; i++)
        {
            if (interval.Candidate.Counts[at + 1 + i] is { } events)
                Shares[i].Add(interval.At, new(events, candidate), interval.Stable.Counts[at + 1 + i] is { } others ? new(others, stable) : default);
        }
        for (var i = 0; i < Times.Length; i++)
            Times[i].Add(interval.At, interval.Candidate.Buckets[i], interval.Stable.Buckets[i]);
    }

    // The labels stand behind the name, to which the buckets add an ending.
    private static MetricSelector Buckets(string text)
    {
        var selector = Selector(text);
        return Selector($"{selector.Name}_bucket{text.Trim()[selector.Name.Length..]}");
    }

    private static MetricSelector Selector(string text)
        => MetricSelector.TryParse(text, out var selector, out var fault) ? selector : throw new FormatException(fault);
}
