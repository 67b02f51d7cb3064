namespace Courier.Messages;

/// <summary>The time as messages keep it.</summary>
public static class Clock
{
    /// <summary>Now, in whole milliseconds: what a store gives back is then what it was given.</summary>
    public static DateTimeOffset Now(this TimeProvider clock)
        => DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());
}
