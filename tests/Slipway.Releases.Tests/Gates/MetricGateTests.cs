using System.Globalization;
using Slipway.Core.Manifests;
using Slipway.Releases.Gates;
using Slipway.Simulation;

namespace Slipway.Releases.Tests.Gates;

public sealed class MetricGateTests
{
    private static readonly MetricGatePlan Refused = new("refused", MeasureKind.Ratio, "orders_total{result=\"refused\"}", "orders_total")
    {
        EventsMin = 20,
        Watched = true,
    };

    private static readonly MetricGatePlan Orders = new("orders", MeasureKind.Rate, "orders_total", null) { EventsMin = 20, Watched = true };
    private static readonly MetricGatePlan Open = new("open", MeasureKind.Level, "orders_open", null) { EventsMin = 0, Watched = true };

    [Theory]
    [InlineData(10, 1, 5, Verdict.Fail, false)]
    [InlineData(10, 0, 5, Verdict.Pass, false)]
    [InlineData(10, 1, 0, Verdict.Pass, true)]
    public void A_ratio_is_judged_against_a_limit(int ordersEach, int refusedEvery, int stableEvery, Verdict verdict, bool hasRelativeOnly)
    {
        var plan = hasRelativeOnly ? Refused with { MoreThan = 1000 } : Refused with { Above = 0.05 };
        var reading = Read(plan, 40, look => Told(look * ordersEach, refusedEvery == 0 ? 0 : look * ordersEach / 4), look => Told(look * 90, stableEvery == 0 ? look * 20 : 0));
        Assert.Equal((verdict, true), (reading.Verdict, reading.Watched));
    }

    [Fact]
    public void A_ratio_beyond_stables_fails_and_a_shared_one_does_not()
    {
        var worse = Read(Refused with { MoreThan = 1.5 }, 60, look => Told(look * 10, look * 4), look => Told(look * 90, look * 9));
        Assert.Equal(Verdict.Fail, worse.Verdict);
        Assert.Equal("40.0% lately (stable 10.0%), more than 1.5 times stable's", worse.Text.Replace(" %", "%", StringComparison.Ordinal));
        var shared = Read(Refused with { Above = 0.05, MoreThan = 1.5 }, 60, look => Told(look * 10, look * 4), look => Told(look * 90, look * 36));
        Assert.Equal((Verdict.Inconclusive, true), (shared.Verdict, shared.Shared));
    }

    [Fact]
    public void Few_events_are_inconclusive() => Assert.Equal(
        (Verdict.Inconclusive, "9 events; at least 20 are needed"),
        Pair(Read(Refused with { Above = 0.05 }, 10, look => Told(look, 0), look => Told(look * 90, 0))));

    [Fact]
    public void A_counter_that_began_anew_counts_from_nothing()
    {
        var scene = Scene(Refused with { Above = 0.05 });
        scene.Look(20, look => Told(look * 10, 0), look => Told(look * 90, 0));
        var reading = scene.Look(20, look => Told((look - 20) * 10, 0), look => Told(look * 90, 0), (look, one) => scene.IsCandidate(one) && look >= 20 ? one with { StartedAt = MeasuredScene.Began.AddSeconds(40) } : one)
            .Single(one => one.Name == "refused");
        Assert.Equal((Verdict.Pass, "0.0% lately (stable 0.0%)"), (reading.Verdict, reading.Text.Replace(" %", "%", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_rate_beside_stables_counts_by_the_requests_of_each()
    {
        var scene = Scene(Orders with { LessThan = 0.5 });
        scene.Traffic = look => (look * 20, look * 180);
        var same = scene.Look(60, look => Told(look * 4, 0), look => Told(look * 36, 0));
        Assert.Equal(Verdict.Pass, same.Single(one => one.Name == "orders").Verdict);
        var none = scene.Look(60, _ => Told(59 * 4, 0), look => Told(look * 36, 0));
        Assert.Equal(Verdict.Fail, none.Single(one => one.Name == "orders").Verdict);
    }

    [Fact]
    public void A_level_is_a_median_that_no_spike_moves()
    {
        var spikes = Read(Open with { Above = 100 }, 20, look => $"orders_open {(look % 3 == 0 ? 5000 : 50)}\n", _ => "orders_open 40\n");
        Assert.Equal((Verdict.Pass, "50 as the median of 20 s (stable 40)"), Pair(spikes));
        var high = Read(Open with { Above = 100 }, 20, look => $"orders_open {(look % 3 == 0 ? 50 : 5000)}\n", _ => "orders_open 40\n");
        Assert.Equal((Verdict.Fail, "5000 as the median of 20 s (stable 40), above 100"), Pair(high));
        var shared = Read(Open with { Above = 100 }, 20, _ => "orders_open 5000\n", _ => "orders_open 5000\n");
        Assert.Equal((Verdict.Inconclusive, true), (shared.Verdict, shared.Shared));
        Assert.Equal(Verdict.Fail, Read(Open with { MoreThan = 3 }, 20, _ => "orders_open 130\n", _ => "orders_open 40\n").Verdict);
    }

    [Fact]
    public void A_metric_that_is_missing_vanishes_or_is_no_number_is_inconclusive()
    {
        var plan = Open with { Above = 100 };
        Assert.Equal(
            (Verdict.Inconclusive, "orders_open is not among the /metrics of api-rcccccccccccc-1; check its name, and that the program tells of it from its start, with 0"),
            Pair(Read(plan, 20, _ => "orders_closed 1\n", _ => "orders_open 1\n")));
        Assert.Equal((Verdict.Inconclusive, "orders_open of api-rcccccccccccc-1 is no number"), Pair(Read(plan, 20, _ => "orders_open NaN\n", _ => "orders_open 1\n")));
        Assert.Equal(Verdict.Inconclusive, Read(plan, 20, look => look < 15 ? "orders_open 1\n" : "", _ => "orders_open 1\n").Verdict);
        Assert.Equal(
            (Verdict.Inconclusive, "the metrics of api-rcccccccccccc-1 are not known: GET /metrics answered 503"),
            Pair(Read(plan, 20, _ => null, _ => "orders_open 1\n")));
        Assert.Equal(Verdict.Inconclusive, Read(Open with { MoreThan = 2 }, 20, _ => "orders_open 1\n", _ => "").Verdict);
    }

    private static GateReading Read(MetricGatePlan plan, int looks, Func<int, string?> candidate, Func<int, string?> stable)
        => Scene(plan).Look(looks, candidate, stable).Single(one => one.Name == plan.Name);

    private static MeasuredScene Scene(MetricGatePlan plan) => new(Scenes.Service("api") with { Measures = new() { Metrics = [plan] } });

    private static string Told(int orders, int refused) => string.Create(
        CultureInfo.InvariantCulture, $"orders_total{{result=\"taken\"}} {orders - refused}\norders_total{{result=\"refused\"}} {refused}\n");

    private static (Verdict Verdict, string Text) Pair(GateReading reading) => (reading.Verdict, reading.Text);
}
