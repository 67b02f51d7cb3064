using Slipway.Core.Manifests;

namespace Slipway.Core.Tests.Manifests;

/// <summary>Metrics and jobs that a service is judged by.</summary>
public sealed class MeasureTests
{
    [Theory]
    [InlineData("{ name: a, level: 'x{', above: 1 }", "4:7: error SLIP085: 'level' names no metric: the } at its end is missing. Write for example: orders_total{result=\"refused\"}")]
    [InlineData("{ name: a, level: 5x, above: 1 }", "4:7: error SLIP085: 'level' names no metric: '5x' is no name of a metric: it holds letters, digits, _ and :, and begins with no digit. Write for example: orders_total{result=\"refused\"}")]
    [InlineData("{ name: a, level: 'x{a=~\"(\"}', above: 1 }", "4:7: error SLIP085: 'level' names no metric: the expression of the label a cannot be read. Write for example: orders_total{result=\"refused\"}")]
    [InlineData("{ name: a, above: 1 }", "4:7: error SLIP086: The metric does not say what to measure. Give one of rate, ratio and level, such as: level: orders_open")]
    [InlineData("{ name: a, rate: x, level: y, above: 1 }", "4:7: error SLIP086: 'rate' and 'level' measure two things. Give one of rate, ratio and level, such as: level: orders_open")]
    [InlineData("{ name: a, ratio: x, above: 1 }", "4:7: error SLIP086: The ratio does not say what it is a share of. Add it, such as: of: orders_total")]
    [InlineData("{ name: a, rate: x, of: y, above: 1 }", "4:7: error SLIP086: 'of' belongs to a ratio, but this is a rate. Remove it, or measure a ratio.")]
    [InlineData("{ name: a, level: x }", "4:7: error SLIP087: The metric has no limit, so that nothing could fail. Give one of above, below, more_than and less_than, such as: more_than: 1.5x")]
    [InlineData("{ name: a, level: x, above: 1, below: 2 }", "4:7: error SLIP087: Whatever the value, it is above 1 or below 2. Make 'above' the larger of the two.")]
    [InlineData("{ name: a, level: x, less_than: 1x }", "4:7: error SLIP087: The least difference would be less than 1x. Give less, such as: less_than: 0.5x")]
    [InlineData("{ name: a, level: x, above: 1, events: 5 }", "4:7: error SLIP087: 'events' counts nothing for a level. Remove it; 'sustained' says how long a level is looked at.")]
    [InlineData("{ name: a, ratio: x, of: y, above: 1, sustained: 5s }", "4:7: error SLIP087: 'sustained' says nothing for a ratio: its events are counted from the first on. Remove it; 'events' says how many are needed.")]
    [InlineData("{ name: a, ratio: x, of: y, above: 120% }", "4:7: error SLIP088: '120%' is no limit of a ratio. Write a share from 0% to 100%, such as 5% or 0.05")]
    [InlineData("{ name: a, rate: x, above: 5/d }", "4:7: error SLIP088: '5/d' is no limit of a rate. Write events a second, a minute or an hour, such as 10, 10/s, 600/m or 5/h")]
    [InlineData("{ name: a, level: x, above: much }", "4:7: error SLIP088: 'much' is no limit of a level. Write a number, a duration or a size, such as 100, 30s or 256Mi")]
    [InlineData("{ name: a, ratio: 'x{}', of: x, above: 1 }", "4:7: error SLIP090: The ratio is that of a metric to itself, which is always 1. Tell the part from the whole by a label, such as: orders_total{result=\"refused\"}")]
    public void A_metric_that_cannot_be_a_gate_is_a_fault(string metric, string fault)
    {
        var found = Assert.Single(ManifestText.Faults($"app: shop\nservices:\n  api: {{ run: ./api, port: 5000, metrics: [\n    {metric}] }}"));
        Assert.Equal(Message(fault), Message(found));
        Assert.StartsWith("4:", found, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_metrics_of_one_name_and_metrics_without_a_port_are_faults()
        => Assert.Equal(
            [
                "2:32: error SLIP089: The service 'api' is judged by its /metrics, but has no port to ask for them. Add the port that it listens on, such as: port: 5000",
                "2:77: error SLIP090: Two metrics of the service 'api' are named 'a'. Rename one of the two.",
                "3:24: error SLIP089: The service 'mail' is judged by its /metrics, but has no port to ask for them. Add the port that it listens on, such as: port: 5000",
                "3:46: error SLIP085: 'failed' names no metric: '' is no name of a metric: it holds letters, digits, _ and :, and begins with no digit. Write for example: orders_total{result=\"refused\"}",
            ],
            ManifestText.Faults("app: shop\nservices: { api: { run: ./api, metrics: [{ name: a, level: x, above: 1 }, { name: a, level: y, above: 1 }] },\n  mail: { run: ./mail, jobs: { processed: x, failed: '' } } }"));

    [Fact]
    public void What_is_measured_is_read_in_its_units()
    {
        var application = ManifestText.Resolve("""
            app: shop
            services:
              api:
                run: ./api
                port: 5000
                metrics:
                  - { name: refused, ratio: 'orders_total{result="refused"}', of: orders_total, above: 5%, more_than: 1.5x, events: 20 }
                  - { name: orders, rate: orders_total, below: 6/m, sustained: 1m, watched: false }
                  - { name: heap, level: heap_bytes, above: 256Mi }
                  - { name: age, level: oldest_seconds, above: 2m, less_than: 0.5x }
              mail: { run: ./mail, port: 5001, jobs: mail_total }
              other: { run: ./other, port: 5002, kind: worker }
            """);
        var metrics = application.Services[0].Measures!.Metrics;
        Assert.Equal(
            [
                new("refused", MeasureKind.Ratio, "orders_total{result=\"refused\"}", "orders_total") { Above = 0.05, MoreThan = 1.5, EventsMin = 20, Watched = true },
                new("orders", MeasureKind.Rate, "orders_total", null) { Below = 0.1, Sustained = TimeSpan.FromMinutes(1), EventsMin = 50, Watched = false },
                new("heap", MeasureKind.Level, "heap_bytes", null) { Above = 256 << 20, EventsMin = 50, Watched = true },
                new MetricGatePlan("age", MeasureKind.Level, "oldest_seconds", null) { Above = 120, LessThan = 0.5, EventsMin = 50, Watched = true },
            ],
            metrics);
        Assert.Equal(JobMeasures.Usual with { Processed = "mail_total" }, application.Services[1].Measures!.Jobs);
        Assert.Null(application.Services[2].Measures);
        Assert.Equal(JobMeasures.Usual, MetricNames.JobsOf(application.Services[2]));
        Assert.Equal(["mail_total", "jobs_failed_total", "jobs_retried_total", "jobs_dead_lettered_total", "job_queue_seconds_bucket", "job_work_seconds_bucket"], MetricNames.Of(application.Services[1]));
        Assert.Empty(MetricNames.Of(application.Services[0] with { Measures = null }));
    }

    private static string Message(string fault) => fault[fault.IndexOf("error", StringComparison.Ordinal)..];
}
