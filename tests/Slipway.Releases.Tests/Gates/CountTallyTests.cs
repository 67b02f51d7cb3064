using Slipway.Releases.Measures;

namespace Slipway.Releases.Tests.Gates;

public sealed class CountTallyTests
{
    private const double FalseAlarms = 0.001;
    private static readonly DateTimeOffset Began = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_good_release_that_is_looked_at_all_the_time_hardly_ever_fails(int kind)
    {
        const int Runs = 500;
        var alarms = 0;
        for (var run = 0; run < Runs; run++)
        {
            var random = new Random((run * 10) + kind);
            var tally = new CountTally(Limits(kind), FalseAlarms);
            for (var i = 0; i < 180 && !Fails(tally); i++)
            {
                // Traffic comes and goes, and both releases refuse more in the bad times: that is no fault of either.
                var bad = i % 40 > 30 ? 0.2 : 0.04;
                var (mine, stable) = (random.Next(0, 12), random.Next(0, 100));
                tally.Add(Began.AddSeconds(5 * i), new(Parts(random, mine, kind == 1 ? 0.05 : bad), mine), new(Parts(random, stable, kind == 1 ? 0.05 : bad), stable));
            }
            alarms += Fails(tally) ? 1 : 0;
        }
        // At most 0.1 % by the theory: four of 500 have a chance below one in ten thousand.
        Assert.InRange(alarms, 0, 3);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(1, 360)]
    [InlineData(2, 360)]
    public void A_bad_release_is_found_soon_even_after_a_long_good_time(int kind, int goodFor)
    {
        const int Runs = 60;
        var found = 0;
        for (var run = 0; run < Runs; run++)
        {
            var random = new Random((run * 10) + kind);
            var tally = new CountTally(Limits(kind), FalseAlarms);
            for (var i = 0; i < goodFor + 24 && !Fails(tally); i++)
            {
                var mine = i < goodFor ? 0.04 : 0.25;
                tally.Add(Began.AddSeconds(5 * i), new(Parts(random, 10, mine), 10), new(Parts(random, 90, 0.04), 90));
            }
            found += Fails(tally) ? 1 : 0;
        }
        Assert.InRange(found, Runs - 2, Runs);
    }

    [Fact]
    public void What_stable_did_before_stands_in_where_it_has_no_traffic()
    {
        var tally = new CountTally(new(IsShare: true, null, null, 2, null), FalseAlarms);
        tally.Add(Began, new(0, 0), new(40, 1000));
        for (var i = 1; i < 30; i++)
            tally.Add(Began.AddSeconds(5 * i), new(4, 100), new(0, 0));
        Assert.False(tally.Suffices(tally.MoreThan));
        for (var i = 30; i < 60; i++)
            tally.Add(Began.AddSeconds(5 * i), new(20, 100), new(0, 0));
        Assert.True(tally.Suffices(tally.MoreThan));
    }

    [Fact]
    public void Fewer_events_than_stable_has_are_found_as_well()
    {
        var tally = new CountTally(new(IsShare: false, null, null, null, 0.5), FalseAlarms);
        for (var i = 0; i < 30; i++)
            tally.Add(Began.AddSeconds(5 * i), new(3, 10), new(30, 90));
        Assert.False(tally.Suffices(tally.LessThan));
        for (var i = 30; i < 60; i++)
            tally.Add(Began.AddSeconds(5 * i), new(0, 10), new(30, 90));
        Assert.True(tally.Suffices(tally.LessThan));
    }

    [Fact]
    public void A_part_above_its_whole_and_a_limit_of_nothing_are_borne()
    {
        var tally = new CountTally(new(IsShare: true, 0, 1, null, null), FalseAlarms);
        tally.Add(Began, new(7, 5), new(3, 0));
        Assert.True(tally.Suffices(tally.Above));
        Assert.True(double.IsFinite(tally.Below.Wealth));
    }

    [Fact]
    public void Slower_jobs_are_found_and_equally_slow_ones_are_not()
    {
        var (slow, same) = (new SlownessTally(2, TimeSpan.FromMilliseconds(100), FalseAlarms), new SlownessTally(2, TimeSpan.FromMilliseconds(100), FalseAlarms));
        for (var i = 0; i < 20; i++)
        {
            slow.Add(Began.AddSeconds(5 * i), Histogram.Of(0, 4, 6), Histogram.Of(90, 10, 0));
            same.Add(Began.AddSeconds(5 * i), Histogram.Of(9, 1, 0), Histogram.Of(90, 10, 0));
        }
        Assert.True(slow.Suffices);
        Assert.Equal(0.5, slow.Bound);
        Assert.False(same.Suffices);
        Assert.True(same.Evidence.Wealth < 1);
    }

    private static CountLimits Limits(int kind) => kind switch
    {
        1 => new(IsShare: true, 0.05, null, null, null),
        2 => new(IsShare: true, null, null, 1.5, null),
        _ => new(IsShare: false, null, null, 1.5, 0.5),
    };

    private static bool Fails(CountTally tally)
        => tally.Suffices(tally.Above) || tally.Suffices(tally.Below) || tally.Suffices(tally.MoreThan) || tally.Suffices(tally.LessThan);

    private static int Parts(Random random, int whole, double share)
    {
        var parts = 0;
        for (var i = 0; i < whole; i++)
            parts += random.NextDouble() < share ? 1 : 0;
        return parts;
    }
}
