using Slipway.Core.Telemetry;

namespace Slipway.Core.Manifests;

/// <summary>What must hold of the metrics that a service is judged by.</summary>
internal static class MeasureRules
{
    private static readonly string[] Kinds = ["rate", "ratio", "level"];
    private static readonly string[] JobMetrics = ["processed", "failed", "retried", "dead_lettered", "queue", "work"];

    public static void Check(string service, Values values, FaultList faults)
    {
        foreach (var key in (string[])["metrics", "jobs"])
        {
            if (values.Has(key) && !values.Has("port"))
                faults.Error(FaultCode.MetricsWithoutPort, values.KeyAt(key), $"The service '{service}' is judged by its /metrics, but has no port to ask for them.", "Add the port that it listens on, such as: port: 5000");
        }
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var metric in values.List("metrics").Cast<Values>())
        {
            if (metric.Text("name") is { } name && !names.Add(name))
                faults.Error(FaultCode.SameMetric, metric.KeyAt("name"), $"Two metrics of the service '{service}' are named '{name}'.", "Rename one of the two.");
            CheckMetric(metric, faults);
        }
        if (values["jobs"] is not Values jobs)
            return;
        foreach (var key in JobMetrics)
        {
            if (jobs.Has(key) && jobs.Text(key) is { } text)
                CheckSelector(jobs, key, text, faults);
        }
    }

    private static void CheckMetric(Values metric, FaultList faults)
    {
        var given = Kinds.Where(metric.Has).ToList();
        if (given.Count != 1)
        {
            faults.Error(
                FaultCode.MetricKind, given.Count == 0 ? metric.At : metric.KeyAt(given[1]),
                given.Count == 0 ? "The metric does not say what to measure." : $"'{given[0]}' and '{given[1]}' measure two things.",
                "Give one of rate, ratio and level, such as: level: orders_open");
            return;
        }
        var kind = given[0];
        if (metric.Has("of") != (kind == "ratio"))
            faults.Error(FaultCode.MetricKind, metric.KeyAt(kind == "ratio" ? "ratio" : "of"), kind == "ratio" ? "The ratio does not say what it is a share of." : $"'of' belongs to a ratio, but this is a {kind}.", kind == "ratio" ? "Add it, such as: of: orders_total" : "Remove it, or measure a ratio.");
        foreach (var key in (string[])[kind, "of"])
        {
            if (metric.Text(key) is { } text)
                CheckSelector(metric, key, text, faults);
        }
        if (kind == "ratio" && metric.Text("ratio") is { } part && metric.Text("of") is { } whole && Bare(part) == Bare(whole))
            faults.Error(FaultCode.SameMetric, metric.KeyAt("of"), "The ratio is that of a metric to itself, which is always 1.", "Tell the part from the whole by a label, such as: orders_total{result=\"refused\"}");
        CheckLimits(metric, kind, faults);
        if (kind == "level" && metric.Has("events"))
            faults.Error(FaultCode.MetricLimits, metric.KeyAt("events"), "'events' counts nothing for a level.", "Remove it; 'sustained' says how long a level is looked at.");
        if (kind == "ratio" && metric.Has("sustained"))
            faults.Error(FaultCode.MetricLimits, metric.KeyAt("sustained"), "'sustained' says nothing for a ratio: its events are counted from the first on.", "Remove it; 'events' says how many are needed.");
    }

    private static void CheckLimits(Values metric, string kind, FaultList faults)
    {
        if (!metric.Has("above") && !metric.Has("below") && !metric.Has("more_than") && !metric.Has("less_than"))
            faults.Error(FaultCode.MetricLimits, metric.At, "The metric has no limit, so that nothing could fail.", "Give one of above, below, more_than and less_than, such as: more_than: 1.5x");
        var (above, below) = (Limit(metric, "above", kind, faults), Limit(metric, "below", kind, faults));
        if (above < below)
            faults.Error(FaultCode.MetricLimits, metric.KeyAt("above"), $"Whatever the value, it is above {metric.Text("above")} or below {metric.Text("below")}.", "Make 'above' the larger of the two.");
        if (metric["less_than"] is 1.0)
            faults.Error(FaultCode.MetricLimits, metric.KeyAt("less_than"), "The least difference would be less than 1x.", "Give less, such as: less_than: 0.5x");
    }

    private static double? Limit(Values metric, string key, string kind, FaultList faults)
    {
        if (!metric.Has(key) || metric.Text(key) is not { } text)
            return null;
        if (!MeasureLimit.TryRead(kind, text, out var limit))
        {
            faults.Error(FaultCode.MetricUnit, metric.KeyAt(key), $"'{text}' is no limit of a {kind}.", $"Write {MeasureLimit.Shape(kind)}");
            return null;
        }
        return limit;
    }

    private static void CheckSelector(Values values, string key, string text, FaultList faults)
    {
        if (!MetricSelector.TryParse(text, out _, out var fault))
            faults.Error(FaultCode.Metric, values.KeyAt(key), $"'{key}' names no metric: {fault}.", "Write for example: orders_total{result=\"refused\"}");
    }

    private static string Bare(string selector) => selector.Replace(" ", "", StringComparison.Ordinal).Replace("{}", "", StringComparison.Ordinal);
}
