using Courier.Messages;

namespace Courier.Tests.Deliveries;

public sealed class RetryScheduleTests
{
    private static readonly RetrySchedule _schedule = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), 50);

    [Theory]
    [InlineData(1, 0.5, 1)]
    [InlineData(2, 1, 2)]
    [InlineData(5, 8, 16)]
    [InlineData(7, 30, 60)]
    [InlineData(49, 30, 60)]
    public void The_wait_doubles_up_to_its_maximum_and_half_of_it_is_chance(int attempt, double low, double high)
    {
        Assert.Equal(low, _schedule.After(attempt, 0)!.Value.TotalSeconds, 3);
        Assert.Equal(high, _schedule.After(attempt, 1)!.Value.TotalSeconds, 3);
    }

    [Fact]
    public void After_the_last_attempt_there_is_none() => Assert.Null(_schedule.After(50, 0.5));

    [Theory]
    [InlineData(20, 20)]
    [InlineData(0, 1)]
    [InlineData(3600, 60)]
    public void A_recipient_may_ask_for_more_time_but_not_for_ever(int asked, double seconds)
        => Assert.Equal(seconds, _schedule.After(1, 1, TimeSpan.FromSeconds(asked))!.Value.TotalSeconds, 3);
}
