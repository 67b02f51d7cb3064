using Courier.Messages;

namespace Courier.Tests.Recurring;

public sealed class CronExpressionTests
{
    [Theory]
    [InlineData("0 9 * *", "Five fields")]
    [InlineData("60 9 * * *", "minute")]
    [InlineData("0 24 * * *", "hour")]
    [InlineData("0 9 0 * *", "day of month")]
    [InlineData("0 9 * 13 *", "month")]
    [InlineData("0 9 * * 8", "day of week")]
    [InlineData("0 9 * * moon", "day of week")]
    [InlineData("5-1 9 * * *", "minute")]
    [InlineData("*/0 9 * * *", "step")]
    [InlineData("+5 9 * * *", "minute")]
    [InlineData("1, 9 * * *", "minute")]
    public void A_wrong_expression_is_told_which_field_is_wrong(string text, string field)
    {
        Assert.False(CronExpression.TryParse(text, out _, out var fault));
        Assert.Contains(field, fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0,30 9-10 * * *", "09:00 09:30 10:00 10:30")]
    [InlineData("50/5 23 * * *", "23:50 23:55")]
    [InlineData("0 */8 * * *", "00:00 08:00 16:00")]
    [InlineData("10-30/10 1 * * *", "01:10 01:20 01:30")]
    public void Lists_ranges_and_steps_name_times(string text, string expected)
    {
        Assert.True(CronExpression.TryParse(text, out var cron, out var fault), fault);
        Assert.Equal(expected, string.Join(' ', cron.Times().Select(time => time.ToString("HH:mm", null))));
    }
}
