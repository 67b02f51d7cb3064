namespace Courier.Messages;

/// <summary>What happens at a local time that the clock leaps over in spring.</summary>
public enum GapRule
{
    /// <summary>It happens at the first moment after the leap.</summary>
    After,

    /// <summary>It does not happen that day.</summary>
    Skip,
}

/// <summary>What happens at a local time that the clock shows twice in autumn.</summary>
public enum OverlapRule
{
    /// <summary>It happens the first time.</summary>
    First,

    /// <summary>It happens the second time.</summary>
    Second,

    /// <summary>It happens both times.</summary>
    Both,
}

/// <summary>
/// Times on a recipient's clock. Which instants a local time stands for is worked out from the zone's offsets alone: an
/// offset in force around that day stands for the time if converting back gives the same local time. None that does is a
/// gap, two are an overlap.
/// </summary>
public sealed class Recurrence(CronExpression cron, TimeZoneInfo zone, GapRule gap, OverlapRule overlap)
{
    // A leap day can be eight years away (2096 to 2104); a rule with no day in that time never happens.
    private const int DaysMax = 366 * 8 + 2;

    // Offsets reach from -12 to +14 hours and a change moves the clock by a day at most.
    private static readonly TimeSpan _reach = TimeSpan.FromHours(26);

    /// <summary>Its local times.</summary>
    public CronExpression Cron => cron;

    /// <summary>Whose clock.</summary>
    public TimeZoneInfo Zone => zone;

    /// <summary>What happens in a gap.</summary>
    public GapRule Gap => gap;

    /// <summary>What happens in an overlap.</summary>
    public OverlapRule Overlap => overlap;

    /// <summary>
    /// The rules that fit: a time of day happens once every day, whatever the clock does; a rule such as "every quarter
    /// of an hour" follows elapsed time.
    /// </summary>
    public static (GapRule Gap, OverlapRule Overlap) RulesFor(CronExpression cron)
        => cron.EveryHour ? (GapRule.Skip, OverlapRule.Both) : (GapRule.After, OverlapRule.First);

    /// <summary>The first time after this one; null when there is none within eight years.</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        var first = DateOnly.FromDateTime(Local(after.UtcDateTime)).AddDays(-1);
        DateTimeOffset? best = null;
        for (var days = 0; days < DaysMax; days++)
        {
            var day = first.AddDays(days);
            if (cron.Matches(day))
            {
                foreach (var instant in InstantsOn(day))
                {
                    if (instant > after && (best is null || instant < best))
                        best = instant;
                }
            }

            // Near a change of the clock a time of the next day can come before one of this day; away from it none can.
            if (best is not null && IsPlain(day))
                return best;
        }

        return best;
    }

    private IEnumerable<DateTimeOffset> InstantsOn(DateOnly day)
    {
        if (IsPlain(day))
        {
            var offset = zone.GetUtcOffset(Midnight(day));
            foreach (var time in cron.Times())
                yield return new DateTimeOffset(day.ToDateTime(time), offset);
            yield break;
        }

        foreach (var time in cron.Times())
        {
            foreach (var instant in InstantsAt(day.ToDateTime(time, DateTimeKind.Utc)))
                yield return instant;
        }
    }

    private IEnumerable<DateTimeOffset> InstantsAt(DateTime local)
    {
        var before = zone.GetUtcOffset(local - _reach);
        var behind = zone.GetUtcOffset(local + _reach);
        var early = At(local, before > behind ? before : behind);
        var late = At(local, before > behind ? behind : before);
        if (early is null && late is null)
        {
            if (gap == GapRule.After)
                yield return GapEnd(local);
        }
        else if (early is null || late is null || early == late)
        {
            yield return (early ?? late)!.Value;
        }
        else
        {
            if (overlap != OverlapRule.Second)
                yield return early.Value;
            if (overlap != OverlapRule.First)
                yield return late.Value;
        }
    }

    private DateTimeOffset? At(DateTime local, TimeSpan offset)
        => zone.GetUtcOffset(local - offset) == offset
            ? new DateTimeOffset(DateTime.SpecifyKind(local, DateTimeKind.Unspecified), offset)
            : null;

    private DateTimeOffset GapEnd(DateTime local)
    {
        var (low, high) = (local - _reach, local + _reach);
        while (high - low > TimeSpan.FromTicks(1))
        {
            var middle = low + (high - low) / 2;
            if (Local(middle) > local)
                high = middle;
            else
                low = middle;
        }

        return TimeZoneInfo.ConvertTime(new DateTimeOffset(high, TimeSpan.Zero), zone);
    }

    /// <summary>Whether one offset holds for all of this day and its surroundings, so that no time needs a second look.</summary>
    private bool IsPlain(DateOnly day)
        => zone.GetUtcOffset(Midnight(day) - _reach) == zone.GetUtcOffset(Midnight(day).AddDays(1) + _reach);

    private static DateTime Midnight(DateOnly day) => day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);

    private DateTime Local(DateTime utc) => DateTime.SpecifyKind(utc + zone.GetUtcOffset(utc), DateTimeKind.Utc);
}
