using Slipway.Releases.Journals;

namespace Slipway.Releases.Tests.Journals;

public sealed class SteadyClockTests
{
    private readonly SetClock _machine = new();
    private TimeSpan _passed = TimeSpan.FromDays(3);

    [Theory]
    [InlineData(5)]
    [InlineData(-5)]
    [InlineData(24 * 365)]
    [InlineData(-24 * 365)]
    public void A_clock_that_is_set_by_hours_moves_a_wait_by_a_twentieth_at_most(int hours)
    {
        var clock = new SteadyClock(_machine, () => _passed);
        var before = clock.GetUtcNow();
        _machine.Now += TimeSpan.FromHours(hours);
        for (var second = 0; second < 600; second++)
            Pass(TimeSpan.FromSeconds(1));
        var told = clock.GetUtcNow() - before;
        Assert.InRange(told, TimeSpan.FromSeconds(570), TimeSpan.FromSeconds(630));
    }

    [Fact]
    public void It_never_goes_back_and_comes_to_the_machines_time_in_the_end()
    {
        var clock = new SteadyClock(_machine, () => _passed);
        var random = new Random(3);
        var last = clock.GetUtcNow();
        for (var jump = 0; jump < 200; jump++)
        {
            _machine.Now += TimeSpan.FromSeconds(random.Next(-120, 120));
            Pass(TimeSpan.FromSeconds(random.Next(0, 10)));
            var now = clock.GetUtcNow();
            Assert.True(now >= last);
            last = now;
        }
        for (var hour = 0; hour < 40; hour++)
        {
            Pass(TimeSpan.FromHours(1));
            clock.GetUtcNow();
        }
        Assert.Equal(_machine.Now, clock.GetUtcNow());
    }

    [Fact]
    public void A_start_on_a_machine_whose_clock_is_behind_goes_on_from_the_last_record()
    {
        var clock = new SteadyClock(_machine, () => _passed);
        var told = _machine.Now + TimeSpan.FromHours(2);
        clock.NotBefore(told);
        Pass(TimeSpan.FromMinutes(10));
        Assert.InRange(clock.GetUtcNow() - told, TimeSpan.FromMinutes(9.4), TimeSpan.FromMinutes(10));
    }

    private void Pass(TimeSpan time)
    {
        _passed += time;
        _machine.Now += time;
    }

    private sealed class SetClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
