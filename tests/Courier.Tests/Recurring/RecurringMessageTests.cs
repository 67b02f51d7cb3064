using Courier.Messages;

namespace Courier.Tests.Recurring;

public sealed class RecurringMessageTests
{
    private static readonly DateTimeOffset _tick = new(2026, 5, 4, 9, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("0 9 * * *", 0, true)]
    // Late by hours, but the latest one: better late than never.
    [InlineData("0 9 * * *", 600, true)]
    // A later one is due as well: within the hour it is still sent, beyond it is not.
    [InlineData("*/10 * * * *", 45, true)]
    [InlineData("*/10 * * * *", 61, false)]
    public void A_late_tick_is_sent_unless_a_later_one_makes_it_pointless(string text, int lateMinutes, bool isSent)
    {
        Assert.True(CronExpression.TryParse(text, out var cron, out _));
        var recurring = new RecurringMessage(
            RecurringId.New(_tick), Recipient.Parse("https://example.org/"), new("text/plain", default),
            new(cron, TimeZoneInfo.Utc, GapRule.After, OverlapRule.First), _tick, _tick, null);
        Assert.Equal(isSent, recurring.Decide(_tick.AddMinutes(lateMinutes)).Send);
    }
}
