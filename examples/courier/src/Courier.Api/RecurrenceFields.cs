using System.Globalization;
using System.Text.Json;
using Courier.Messages;

namespace Courier.Api;

/// <summary>
/// When a recurring message is sent: <c>daily: "09:30"</c>, <c>weekly: {"days": ["mon", "thu"], "at": "09:30"}</c> or
/// <c>cron: "30 9 1 * *"</c>, in a <c>timeZone</c>, with what happens when the clock changes.
/// </summary>
internal static class RecurrenceFields
{
    /// <summary>The recurrence; null when something is wrong, which is added to the faults.</summary>
    public static Recurrence? Read(Fields fields)
    {
        var zone = Zone(fields);
        var cron = Cron(fields);
        var gap = Choice(fields, "gap", ("after", GapRule.After), ("skip", GapRule.Skip));
        var overlap = Choice(
            fields, "overlap", ("first", OverlapRule.First), ("second", OverlapRule.Second), ("both", OverlapRule.Both));
        if (zone is null || cron is null)
            return null;
        var fitting = Recurrence.RulesFor(cron);
        return new(cron, zone, gap ?? fitting.Gap, overlap ?? fitting.Overlap);
    }

    private static TimeZoneInfo? Zone(Fields fields)
    {
        var name = fields.Text("timeZone");
        if (name is { Length: > 0 and <= 64 } && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone))
            return zone;
        fields.Add("timeZone", "An IANA time zone is needed, such as Europe/Zurich.");
        return null;
    }

    private static CronExpression? Cron(Fields fields)
    {
        var (daily, weekly, text) = (fields.Text("daily"), fields.Get("weekly"), fields.Text("cron"));
        var given = (daily is null ? 0 : 1) + (weekly is null ? 0 : 1) + (text is null ? 0 : 1);
        if (given != 1)
        {
            fields.Add("cron", "One of daily, weekly and cron is needed, such as \"daily\": \"09:30\".");
            return null;
        }

        if (daily is not null)
            text = Time(fields, "daily", daily) is { } at ? $"{at.Minute} {at.Hour} * * *" : null;
        else if (weekly is { } week)
            text = Weekly(fields, week);
        if (text is null)
            return null;
        if (CronExpression.TryParse(text, out var cron, out var fault))
            return cron;
        fields.Add(weekly is null ? "cron" : "weekly/days", fault);
        return null;
    }

    private static string? Weekly(Fields fields, JsonElement weekly)
    {
        if (weekly.ValueKind != JsonValueKind.Object || !weekly.TryGetProperty("days", out var days)
            || days.ValueKind != JsonValueKind.Array || days.GetArrayLength() is 0 or > 7
            || days.EnumerateArray().Any(static day => day.ValueKind != JsonValueKind.String || day.GetString()!.Length < 3)
            || !weekly.TryGetProperty("at", out var at) || at.ValueKind != JsonValueKind.String)
        {
            fields.Add("weekly", "This must be such as {\"days\": [\"mon\", \"thu\"], \"at\": \"09:30\"}.");
            return null;
        }

        // "monday" and "mon" both mean Monday; what remains wrong is found when the expression is read.
        var names = days.EnumerateArray().Select(static day => IsDay(day.GetString()!) ? day.GetString()![..3] : day.GetString());
        return Time(fields, "weekly/at", at.GetString()!) is { } time
            ? $"{time.Minute} {time.Hour} * * {string.Join(',', names)}"
            : null;
    }

    private static bool IsDay(string text)
        => Enum.GetNames<DayOfWeek>().Any(name => name.Equals(text, StringComparison.OrdinalIgnoreCase));

    private static TimeOnly? Time(Fields fields, string pointer, string text)
    {
        if (TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
            return time;
        fields.Add(pointer, "This is not a time of day, such as 09:30.");
        return null;
    }

    private static T? Choice<T>(Fields fields, string name, params ReadOnlySpan<(string Name, T Value)> choices)
        where T : struct
    {
        if (fields.Text(name) is not { } text)
            return null;
        var names = new List<string>();
        foreach (var choice in choices)
        {
            if (choice.Name == text)
                return choice.Value;
            names.Add(choice.Name);
        }

        fields.Add(name, $"This must be one of {string.Join(", ", names)}.");
        return null;
    }
}
