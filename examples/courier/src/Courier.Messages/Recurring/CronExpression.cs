using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Courier.Messages;

/// <summary>
/// Minute, hour, day of month, month and day of week, as in crontab(5): <c>*</c>, lists, ranges, steps, three-letter
/// names; 0 and 7 are Sunday; when both days are restricted, either is enough.
/// </summary>
public sealed class CronExpression
{
    private static readonly string[] _months =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

    private static readonly string[] _days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private readonly ulong _minutes, _hours, _daysOfMonth, _monthsOfYear, _daysOfWeek;
    private readonly bool _eitherDay;
    private readonly string _text;

    private CronExpression(string[] parts, ulong[] masks)
    {
        (_minutes, _hours, _daysOfMonth, _monthsOfYear, _daysOfWeek) = (masks[0], masks[1], masks[2], masks[3], masks[4]);
        if ((_daysOfWeek & (1UL << 7)) != 0)
            _daysOfWeek |= 1;
        _eitherDay = !parts[2].StartsWith('*') && !parts[4].StartsWith('*');
        EveryHour = parts[1].StartsWith('*');
        _text = string.Join(' ', parts);
    }

    /// <summary>Whether the hour is left open: such a rule counts elapsed time rather than naming a time of day.</summary>
    public bool EveryHour { get; }

    /// <summary>Reads an expression, or says what is wrong with it.</summary>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out CronExpression? cron, [NotNullWhen(false)] out string? fault)
    {
        cron = null;
        var parts = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != 5)
        {
            fault = "Five fields are needed: minute, hour, day of month, month, day of week; such as '30 9 * * mon-fri'.";
            return false;
        }

        var masks = new ulong[5];
        if (!TryField(parts[0], "minute", 0, 59, [], out masks[0], out fault)
            || !TryField(parts[1], "hour", 0, 23, [], out masks[1], out fault)
            || !TryField(parts[2], "day of month", 1, 31, [], out masks[2], out fault)
            || !TryField(parts[3], "month", 1, 12, _months, out masks[3], out fault)
            || !TryField(parts[4], "day of week", 0, 7, _days, out masks[4], out fault))
            return false;
        cron = new(parts, masks);
        return true;
    }

    /// <summary>Whether it has times on this day.</summary>
    public bool Matches(DateOnly day)
    {
        if (!Has(_monthsOfYear, day.Month))
            return false;
        var (month, week) = (Has(_daysOfMonth, day.Day), Has(_daysOfWeek, (int)day.DayOfWeek));
        return _eitherDay ? month || week : month && week;
    }

    /// <summary>Its times on a day that matches, ascending.</summary>
    public IEnumerable<TimeOnly> Times()
    {
        for (var hours = _hours; hours != 0; hours &= hours - 1)
        {
            for (var minutes = _minutes; minutes != 0; minutes &= minutes - 1)
                yield return new(BitOperations.TrailingZeroCount(hours), BitOperations.TrailingZeroCount(minutes));
        }
    }

    /// <inheritdoc/>
    public override string ToString() => _text;

    private static bool Has(ulong mask, int bit) => (mask & (1UL << bit)) != 0;

    private static bool TryField(
        string text, string name, int min, int max, string[] names, out ulong mask, [NotNullWhen(false)] out string? fault)
    {
        mask = 0;
        fault = null;
        foreach (var item in text.Split(','))
        {
            var slash = item.IndexOf('/');
            var step = 1;
            if (slash >= 0 && (!int.TryParse(item.AsSpan(slash + 1), out step) || step < 1))
            {
                fault = $"'{item[(slash + 1)..]}' is not a step of the {name}; a whole number from 1 is.";
                return false;
            }

            if (!TryRange(slash < 0 ? item : item[..slash], slash >= 0, min, max, names, out var from, out var to))
            {
                fault = $"'{item}' is not a {name}: {min} to {max}{(names.Length > 0 ? $" or {names[0]} to {names[^1]}" : "")}, "
                    + "a range such as 1-5, a list such as 1,3 or a step such as */2.";
                return false;
            }

            for (var value = from; value <= to; value += step)
                mask |= 1UL << value;
        }

        return true;
    }

    private static bool TryRange(string text, bool stepped, int min, int max, string[] names, out int from, out int to)
    {
        (from, to) = (min, max);
        if (text == "*")
            return true;
        var dash = text.IndexOf('-');
        if (!TryValue(dash < 0 ? text : text[..dash], min, max, names, out from))
            return false;
        // "5/10" means from 5 on, as cron has it.
        to = stepped ? max : from;
        return dash < 0 || (TryValue(text[(dash + 1)..], min, max, names, out to) && from <= to);
    }

    private static bool TryValue(string text, int min, int max, string[] names, out int value)
    {
        var named = Array.FindIndex(names, name => name.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (named < 0)
            return int.TryParse(text, System.Globalization.NumberStyles.None, null, out value) && value >= min && value <= max;
        value = named + min;
        return true;
    }
}
