using System.Globalization;
using Courier.Messages;

namespace Courier.Tests.Recurring;

public sealed class RecurrenceTests
{
    [Theory]
    // Plain days.
    [InlineData("30 9 * * *", "Europe/Zurich", "2026-07-01T06:00Z", "2026-07-01T07:30Z")]
    [InlineData("30 9 * * *", "Europe/Zurich", "2026-07-01T07:30Z", "2026-07-02T07:30Z")]
    [InlineData("30 9 * * *", "Asia/Kolkata", "2026-07-01T04:00Z", "2026-07-02T04:00Z")]
    [InlineData("0 0 29 2 *", "UTC", "2096-03-01T00:00Z", "2104-02-29T00:00Z")]
    [InlineData("0 8 1 * mon", "UTC", "2026-05-01T08:00Z", "2026-05-04T08:00Z")]
    [InlineData("0 8 * * 7", "UTC", "2026-05-01T08:00Z", "2026-05-03T08:00Z")]
    // Spring: 2026-03-29 02:00 becomes 03:00 in Zurich. A time in the gap happens right after it, once.
    [InlineData("30 2 * * *", "Europe/Zurich", "2026-03-28T12:00Z", "2026-03-29T01:00Z")]
    [InlineData("30 2 * * *", "Europe/Zurich", "2026-03-29T01:00Z", "2026-03-30T00:30Z")]
    [InlineData("0 3 * * *", "Europe/Zurich", "2026-03-28T12:00Z", "2026-03-29T01:00Z")]
    // Autumn: 2026-10-25 03:00 becomes 02:00. A time in the overlap happens the first time only.
    [InlineData("30 2 * * *", "Europe/Zurich", "2026-10-24T12:00Z", "2026-10-25T00:30Z")]
    [InlineData("30 2 * * *", "Europe/Zurich", "2026-10-25T00:30Z", "2026-10-26T01:30Z")]
    // The gap at midnight of Sao Paulo, and the half hour of Lord Howe.
    [InlineData("0 0 * * *", "America/Sao_Paulo", "2018-11-03T12:00Z", "2018-11-04T03:00Z")]
    [InlineData("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00Z", "2026-10-03T15:30Z")]
    // Every quarter of an hour follows elapsed time through both changes.
    [InlineData("*/15 * * * *", "Europe/Zurich", "2026-03-29T00:45Z", "2026-03-29T01:00Z")]
    [InlineData("10 * * * *", "Europe/Zurich", "2026-03-29T00:10Z", "2026-03-29T01:10Z")]
    [InlineData("*/15 * * * *", "Europe/Zurich", "2026-10-25T00:45Z", "2026-10-25T01:00Z")]
    // The day that Samoa left out.
    [InlineData("0 12 * * *", "Pacific/Apia", "2011-12-30T05:00Z", "2011-12-30T10:00Z")]
    public void The_next_time_is_the_one_on_the_recipients_clock(string cron, string zone, string after, string expected)
        => Assert.Equal(Time(expected), Of(cron, zone).Next(Time(after)));

    [Theory]
    [InlineData(GapRule.Skip, OverlapRule.First, "2026-03-28T12:00Z", "2026-03-30T00:30Z")]
    [InlineData(GapRule.After, OverlapRule.Second, "2026-10-24T12:00Z", "2026-10-25T01:30Z")]
    [InlineData(GapRule.After, OverlapRule.Both, "2026-10-25T00:30Z", "2026-10-25T01:30Z")]
    public void What_happens_when_the_clock_changes_can_be_chosen(GapRule gap, OverlapRule overlap, string after, string expected)
        => Assert.Equal(Time(expected), Of("30 2 * * *", "Europe/Zurich", gap, overlap).Next(Time(after)));

    [Fact]
    public void A_day_that_never_comes_has_no_next_time()
        => Assert.Null(Of("0 0 30 2 *", "Europe/Zurich").Next(Time("2026-01-01T00:00Z")));

    /// <summary>The rules hold against a model that walks through every minute around changes of the clock.</summary>
    [Theory]
    [InlineData("Europe/Zurich", "2026-03-29T01:00Z")]
    [InlineData("Europe/Zurich", "2026-10-25T01:00Z")]
    [InlineData("America/New_York", "2026-03-08T07:00Z")]
    [InlineData("America/New_York", "2026-11-01T06:00Z")]
    [InlineData("Australia/Lord_Howe", "2026-04-04T15:00Z")]
    [InlineData("Australia/Lord_Howe", "2026-10-03T15:30Z")]
    [InlineData("America/Sao_Paulo", "2018-02-18T02:00Z")]
    [InlineData("America/Sao_Paulo", "2018-11-04T03:00Z")]
    [InlineData("Africa/Cairo", "2026-04-23T22:00Z")]
    [InlineData("Africa/Cairo", "2026-10-29T21:00Z")]
    [InlineData("America/St_Johns", "2026-11-01T04:30Z")]
    [InlineData("Asia/Kathmandu", "2026-06-01T00:00Z")]
    [InlineData("Pacific/Apia", "2011-12-30T10:00Z")]
    public void Around_a_change_of_the_clock_every_rule_agrees_with_walking_through_the_minutes(string zone, string change)
    {
        const int Seed = 20260329;
        var random = new Random(Seed);
        var start = Time(change) - TimeSpan.FromHours(30);
        var end = Time(change) + TimeSpan.FromHours(40);
        for (var round = 0; round < 60; round++)
        {
            var recurrence = Of(RandomCron(random), zone, (GapRule)random.Next(2), (OverlapRule)random.Next(3));
            var actual = new List<DateTimeOffset>();
            for (var next = recurrence.Next(start); next is { } at && at <= end; next = recurrence.Next(at))
                actual.Add(at);
            var expected = Walk(recurrence, start, end);
            Assert.True(
                expected.SequenceEqual(actual),
                $"seed {Seed} round {round}: {recurrence.Cron} {recurrence.Gap} {recurrence.Overlap}\n"
                + $"expected {string.Join(' ', expected)}\nactual   {string.Join(' ', actual)}");
        }
    }

    private static List<DateTimeOffset> Walk(Recurrence recurrence, DateTimeOffset start, DateTimeOffset end)
    {
        var minute = TimeSpan.FromMinutes(1);
        var shown = new Dictionary<DateTime, List<DateTimeOffset>>();
        var leapt = new List<(DateTime Local, DateTimeOffset At)>();
        var last = Local(start - TimeSpan.FromDays(2));
        for (var at = start - TimeSpan.FromDays(2) + minute; at <= end + TimeSpan.FromDays(2); at += minute)
        {
            var local = Local(at);
            for (var missing = last + minute; missing < local; missing += minute)
                leapt.Add((missing, at));
            if (!shown.TryGetValue(local, out var instants))
                shown.Add(local, instants = []);
            instants.Add(at);
            last = local;
        }

        var times = new SortedSet<DateTimeOffset>();
        foreach (var (local, instants) in shown.Where(entry => Matches(entry.Key)))
        {
            if (recurrence.Overlap != OverlapRule.Second)
                times.Add(instants[0]);
            if (recurrence.Overlap != OverlapRule.First)
                times.Add(instants[^1]);
        }

        if (recurrence.Gap == GapRule.After)
            times.UnionWith(leapt.Where(entry => Matches(entry.Local)).Select(entry => entry.At));
        return [.. times.Where(at => at > start && at <= end)];

        DateTime Local(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, recurrence.Zone).DateTime;

        bool Matches(DateTime local)
            => recurrence.Cron.Matches(DateOnly.FromDateTime(local)) && recurrence.Cron.Times().Contains(TimeOnly.FromDateTime(local));
    }

    private static string RandomCron(Random random)
    {
        string[] minutes = ["*/20", "0", "30", $"{random.Next(60)}", "0,30"];
        string[] hours = ["*", "*/2", "0", "1", "2", "3", "23", "0-3", $"{random.Next(24)}", "22-23"];
        string[] weekdays = ["*", "*", "sun", "sat,sun,mon", "thu-fri"];
        return $"{minutes[random.Next(minutes.Length)]} {hours[random.Next(hours.Length)]} * * {weekdays[random.Next(weekdays.Length)]}";
    }

    private static Recurrence Of(string text, string zone, GapRule? gap = null, OverlapRule? overlap = null)
    {
        Assert.True(CronExpression.TryParse(text, out var cron, out var fault), fault);
        var fitting = Recurrence.RulesFor(cron);
        return new(cron, TimeZoneInfo.FindSystemTimeZoneById(zone), gap ?? fitting.Gap, overlap ?? fitting.Overlap);
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
