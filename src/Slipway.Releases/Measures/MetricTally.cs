using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Core.Telemetry;
using Slipway.Releases.Ports;

namespace Slipway.Releases.Measures;

/// <summary>What a gate over a metric has seen.</summary>
public sealed class MetricTally
{
    private readonly bool _byRequests;

    internal MetricTally(MetricGatePlan plan, GatePlan gates, bool byRequests)
    {
        (Plan, _byRequests) = (plan, byRequests);
        Metric = Selector(plan.Metric);
        Whole = plan.Whole is null ? null : Selector(plan.Whole);
        // An absolute rate is a level: who sends how much, and when, follows no law that a test could lean on.
        var isShare = plan.Kind == MeasureKind.Ratio;
        Counts = new(new(isShare, isShare ? plan.Above : null, isShare ? plan.Below : null, plan.MoreThan, plan.LessThan), gates.FalseAlarms);
        (Candidate, Stable) = (new(plan.Sustained ?? gates.Sustained), new(plan.Sustained ?? gates.Sustained));
        Counters = plan.Kind switch { MeasureKind.Level => [], MeasureKind.Rate => [Metric], _ => [Metric, Whole!] };
    }

    /// <summary>The gate.</summary>
    public MetricGatePlan Plan { get; }

    /// <summary>The metric; of a ratio, the part.</summary>
    public MetricSelector Metric { get; }

    /// <summary>The whole of a ratio; null for others.</summary>
    public MetricSelector? Whole { get; }

    /// <summary>Its events, for a rate or a ratio.</summary>
    public CountTally Counts { get; }

    /// <summary>The candidate's levels, or its events a second.</summary>
    public LevelWindow Candidate { get; }

    /// <summary>Stable's.</summary>
    public LevelWindow Stable { get; }

    internal ImmutableArray<MetricSelector> Counters { get; }

    internal void AddLevels(ImmutableArray<Instance> candidates, ImmutableArray<Instance> stables)
    {
        if (Plan.Kind != MeasureKind.Level)
            return;
        AddLevels(Candidate, candidates);
        AddLevels(Stable, stables);
    }

    internal void Add(Interval interval, int at)
    {
        if (Plan.Kind == MeasureKind.Level)
            return;
        if (Plan.Kind == MeasureKind.Ratio)
        {
            if (interval.Candidate.Counts[at] is not null && interval.Candidate.Counts[at + 1] is not null)
                Counts.Add(interval.At, Share(interval.Candidate, at), Share(interval.Stable, at));
            return;
        }
        if (interval.Candidate.Counts[at] is not { } events)
            return;
        Counts.Add(interval.At, Rate(interval.Candidate, at), Rate(interval.Stable, at));
        // A rate is that of one instance, on the average: the candidate has a share of the instances as of the traffic.
        if (interval.Candidate.Seconds > 0)
            Candidate.Add(default, interval.At, events / interval.Candidate.Seconds);
    }

    private Ratio Rate(Counted counted, int at) => counted.Counts[at] is not { } events ? default
        : new(events, (_byRequests ? counted.Requests : counted.Seconds) ?? 0);

    private static Ratio Share(Counted counted, int at)
        => counted.Counts[at] is { } part && counted.Counts[at + 1] is { } whole ? new(part, whole) : default;

    private void AddLevels(LevelWindow window, ImmutableArray<Instance> instances)
    {
        window.Keep(instances.Select(one => one.Id).ToHashSet());
        foreach (var instance in instances)
        {
            if (instance.Metrics is { Trouble: null } told && MetricTracks.Total(told.Samples, Metric) is { } value)
                window.Add(instance.Id, told.At, value);
        }
    }

    private static MetricSelector Selector(string text)
        => MetricSelector.TryParse(text, out var selector, out var fault) ? selector : throw new FormatException(fault);
}
