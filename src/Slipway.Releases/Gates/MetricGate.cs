using System.Globalization;
using Slipway.Core.Manifests;
using Slipway.Releases.Measures;

namespace Slipway.Releases.Gates;

/// <summary>
/// A metric of the service's own <c>/metrics</c>: a ratio or a rate against stable's by counts over the same time, with
/// evidence that is good however often it is looked at; a level, and a rate against a limit, by medians over the time.
/// </summary>
public sealed class MetricGate : IGate
{
    /// <inheritdoc/>
    public IEnumerable<GateReading> Read(GateInput input)
    {
        foreach (var (service, measures) in input.Measures.Services)
        {
            if (measures.Candidates.IsEmpty)
                continue;
            foreach (var metric in measures.Metrics)
            {
                yield return Judge(input, measures, metric) with
                {
                    Service = service,
                    Watched = metric.Plan.Watched,
                    Remedy = $"Find out what moved {metric.Metric}; if it is meant to, change the metric's limits in the manifest.",
                };
            }
        }
    }

    private static GateReading Judge(GateInput input, ServiceMeasures measures, MetricTally metric)
    {
        if ((measures.Missing(metric.Metric) ?? (metric.Whole is { } whole ? measures.Missing(whole) : null)) is { } missing)
            return Say(metric, Verdict.Inconclusive, missing);
        return metric.Plan.Kind switch
        {
            MeasureKind.Level => Level(input, metric, metric.Candidate.Level, metric.Stable.Level),
            MeasureKind.Ratio => Counts(measures, metric, Alone(metric.Plan, metric.Counts) ?? Beside(measures, metric)),
            _ => Rate(input, measures, metric),
        };
    }

    // The absolute limits of a rate are those of a level; those against stable are weighed by counts.
    private static GateReading Rate(GateInput input, ServiceMeasures measures, MetricTally metric)
    {
        var plan = metric.Plan;
        var counts = Counts(measures, metric, Beside(measures, metric));
        if (plan is { Above: null, Below: null } || counts.Verdict == Verdict.Fail)
            return counts;
        var level = Level(input, metric, metric.Candidate.Level, null);
        return level.Verdict != Verdict.Pass || plan is { MoreThan: null, LessThan: null } ? level : counts;
    }

    private static GateReading Counts(ServiceMeasures measures, MetricTally metric, string? failure)
    {
        var (plan, counts) = (metric.Plan, metric.Counts);
        var (mine, stable) = (counts.CandidateLately, counts.StableLately);
        var other = stable.Exposure > 0 ? $"stable {Number(plan, stable.Value)}"
            : counts.Stable.Exposure > 0 ? $"stable before {Number(plan, counts.Stable.Value)}" : "nothing of stable's to compare with";
        var text = $"{Number(plan, mine.Value)} lately ({other})";
        if (failure is not null)
        {
            var isShared = plan is { Above: { } above } && stable.Exposure >= plan.EventsMin && stable.Value > above && !counts.Suffices(counts.MoreThan);
            return isShared
                ? Say(metric, Verdict.Inconclusive, $"{text}, {failure}; so is stable, and the release is not to blame") with { Shared = true }
                : Say(metric, Verdict.Fail, $"{text}, {failure}");
        }
        var events = plan.Kind == MeasureKind.Ratio ? counts.Candidate.Exposure : counts.Candidate.Events + counts.Stable.Events;
        if (events < plan.EventsMin)
            return Say(metric, Verdict.Inconclusive, $"{events:N0} events; at least {plan.EventsMin:N0} are needed");
        var reference = stable.Exposure > 0 ? stable : counts.Stable;
        if ((plan.MoreThan is not null || plan.LessThan is not null) && reference.Exposure <= 0)
            return Say(metric, Verdict.Inconclusive, measures.StableTells(metric.Metric) ? $"{text}; stable has no events" : $"{text}; stable does not tell of it");
        var isBeyond = plan.Kind == MeasureKind.Ratio && (mine.Value > plan.Above || mine.Value < plan.Below);
        isBeyond |= mine.Value > plan.MoreThan * reference.Value || mine.Value < plan.LessThan * reference.Value;
        return isBeyond && mine.Exposure > 0
            ? Say(metric, Verdict.Inconclusive, $"{text}; beyond its limit, but too few to rule out chance")
            : Say(metric, Verdict.Pass, text);
    }

    private static string? Alone(MetricGatePlan plan, CountTally counts)
        => counts.Suffices(counts.Above) ? $"above {Number(plan, plan.Above!.Value)}"
            : counts.Suffices(counts.Below) ? $"below {Number(plan, plan.Below!.Value)}" : null;

    private static string? Beside(ServiceMeasures measures, MetricTally metric)
    {
        var (plan, counts) = (metric.Plan, metric.Counts);
        // Where stable tells nothing of it, there was nothing to weigh.
        return counts.Suffices(counts.MoreThan) ? $"more than {plan.MoreThan:0.##} times stable's"
            : counts.Suffices(counts.LessThan) ? $"less than {plan.LessThan:0.##} times stable's" : null;
    }

    private static GateReading Level(GateInput input, MetricTally metric, double? level, double? other)
    {
        var plan = metric.Plan;
        var lasting = (plan.Sustained ?? input.Plan.Sustained).TotalSeconds;
        if (level is not { } mine)
            return Say(metric, Verdict.Inconclusive, $"not yet seen for {lasting:0.#} s");
        var isRelative = plan.Kind == MeasureKind.Level && (plan.MoreThan is not null || plan.LessThan is not null);
        var text = $"{Number(plan, mine)} as the median of {lasting:0.#} s{(other is { } known ? $" (stable {Number(plan, known)})" : "")}";
        var wrong = mine > plan.Above ? $"above {Number(plan, plan.Above.Value)}"
            : mine < plan.Below ? $"below {Number(plan, plan.Below.Value)}"
            : isRelative && other is { } stable && mine > plan.MoreThan * stable ? $"more than {plan.MoreThan:0.##} times stable's"
            : isRelative && other is { } theirs && mine < plan.LessThan * theirs ? $"less than {plan.LessThan:0.##} times stable's" : null;
        if (wrong is null)
            return isRelative && other is null ? Say(metric, Verdict.Inconclusive, $"{text}; stable does not tell of it") : Say(metric, Verdict.Pass, text);
        var isShared = metric.Stable.Level is { } beside && (beside > plan.Above || beside < plan.Below);
        return isShared
            ? Say(metric, Verdict.Inconclusive, $"{text}, {wrong}; so is stable, and the release is not to blame") with { Shared = true }
            : Say(metric, Verdict.Fail, $"{text}, {wrong}");
    }

    private static string Number(MetricGatePlan plan, double value) => plan.Kind switch
    {
        MeasureKind.Ratio => value.ToString("P1", CultureInfo.InvariantCulture),
        MeasureKind.Rate => $"{value.ToString("0.####", CultureInfo.InvariantCulture)} each",
        _ => value.ToString("0.####", CultureInfo.InvariantCulture),
    };

    private static GateReading Say(MetricTally metric, Verdict verdict, string text) => new(metric.Plan.Name, null, verdict, text);
}
