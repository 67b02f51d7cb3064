using Slipway.Core.Manifests;

namespace Slipway.Targets.Tests.Processes;

public sealed class MetricsScrapeTests
{
    private const string Told = "# TYPE orders_total counter\norders_total{result=\"taken\"} 40\norders_total{result=\"refused\"} 2\norders_open 7\nelse 1\n"
        + "db_client_connection_count{state=\"used\"} 3\ndb_client_connection_max 4\n";

    [Fact]
    public async Task One_question_serves_the_pool_and_the_gates_and_only_what_a_gate_names_is_kept()
    {
        await using var bed = new Bed();
        await bed.Ensure(bed.Workload(Measured("orders_total", "orders_open"), 1, 'a', ("FIXTURE_METRICS", Told)));
        var seen = await bed.UntilOne(one => one is { Metrics.Samples.IsEmpty: false, Usage.PoolRatio: not null });
        Assert.Null(seen.Metrics!.Trouble);
        Assert.Equal(["orders_total", "orders_total", "orders_open"], seen.Metrics.Samples.Select(sample => sample.Name));
        Assert.Equal(0.75, seen.Usage!.PoolRatio);

        await bed.Get(seen, $"/faults?metrics={Uri.EscapeDataString("orders_open 9\n")}");
        var later = await bed.UntilOne(one => one.Metrics?.Samples.Length == 1);
        Assert.Equal(9, later.Metrics!.Samples.Single().Value);
        Assert.True(later.Metrics.At > seen.Metrics.At);
    }

    [Fact]
    public async Task Stable_is_asked_for_what_only_the_candidate_is_judged_by()
    {
        await using var bed = new Bed();
        await bed.Ensure(bed.Workload(Bed.Service(), 1, 'a', ("FIXTURE_METRICS", Told)));
        await bed.UntilOne(one => one is { Ready: true, Usage: not null, Metrics: null });
        await bed.Ensure(bed.Workload(Measured("orders_open"), 1, 'b', ("FIXTURE_METRICS", Told)));
        var both = await bed.Until(all => all.Length == 2 && all.All(one => one.Metrics is not null));
        Assert.All(both, one => Assert.Equal(7, one.Metrics!.Samples.Single().Value));
    }

    [Fact]
    public async Task What_cannot_be_asked_or_read_is_told_of()
    {
        await using var bed = new Bed();
        await bed.Ensure(bed.Workload(Measured("orders_open"), 1, 'a', ("FIXTURE_METRICS", "503")));
        var refused = await bed.UntilOne(one => one.Metrics is not null);
        Assert.Equal("GET /metrics answered 503", refused.Metrics!.Trouble);

        await bed.Get(refused, "/faults?metrics=%3Chtml%3E%0A");
        Assert.Equal("line 1 of /metrics cannot be read", (await bed.UntilOne(one => one.Metrics?.Trouble?.StartsWith("line", StringComparison.Ordinal) == true)).Metrics!.Trouble);
        await bed.Get(refused, "/faults?latency=3000");
        Assert.Equal("GET /metrics was not answered within 1 s", (await bed.UntilOne(one => one.Metrics?.Trouble?.Contains("within", StringComparison.Ordinal) == true)).Metrics!.Trouble);
    }

    private static Service Measured(params string[] metrics) => Bed.Service() with
    {
        Measures = new() { Metrics = [.. metrics.Select(metric => new MetricGatePlan(metric, MeasureKind.Level, metric, null) { Above = 1, EventsMin = 0, Watched = true })] },
    };
}
