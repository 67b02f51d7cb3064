using System.Collections.Immutable;

namespace Slipway.Core.Manifests;

/// <summary>Fills what a service is judged by, after every rule has held.</summary>
internal static class MeasureBinder
{
    public static MeasurePlan? Bind(Values service)
    {
        ImmutableArray<MetricGatePlan> metrics = [.. service.List("metrics").Cast<Values>().Select(Metric)];
        return metrics.IsEmpty && !service.Has("jobs") ? null : new()
        {
            Metrics = metrics,
            Jobs = service["jobs"] is Values jobs ? Jobs(jobs) : null,
        };
    }

    private static MetricGatePlan Metric(Values metric)
    {
        var kind = metric.Has("rate") ? "rate" : metric.Has("ratio") ? "ratio" : "level";
        return new(metric.Text("name")!, Enum.Parse<MeasureKind>(kind, ignoreCase: true), metric.Text(kind)!, metric.Text("of"))
        {
            Above = Limit(metric, "above", kind),
            Below = Limit(metric, "below", kind),
            MoreThan = (double?)metric["more_than"],
            LessThan = (double?)metric["less_than"],
            Sustained = (TimeSpan?)metric["sustained"],
            EventsMin = (int)metric["events"]!,
            Watched = (bool)metric["watched"]!,
        };
    }

    private static double? Limit(Values metric, string key, string kind)
        => metric.Text(key) is { } text && MeasureLimit.TryRead(kind, text, out var limit) ? limit : null;

    private static JobMeasures Jobs(Values jobs) => new()
    {
        Processed = jobs.Text("processed")!,
        Failed = jobs.Text("failed")!,
        Retried = jobs.Text("retried")!,
        DeadLettered = jobs.Text("dead_lettered")!,
        Queue = jobs.Text("queue")!,
        Work = jobs.Text("work")!,
        Objective = (double)jobs["objective"]!,
        MoreThan = (double)jobs["more_than"]!,
        Slower = (double)jobs["slower"]!,
        SlowerFloor = (TimeSpan)jobs["slower_floor"]!,
        JobsMin = (int)jobs["least"]!,
    };
}
