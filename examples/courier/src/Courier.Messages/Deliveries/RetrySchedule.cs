namespace Courier.Messages;

/// <summary>
/// When to try again: the wait doubles with each attempt up to <paramref name="WaitMax"/>, and half of it is left to
/// chance ("equal jitter"), so that messages which failed together do not come back together.
/// </summary>
/// <param name="First">The wait after the first attempt, before jitter.</param>
/// <param name="WaitMax">The longest wait.</param>
/// <param name="AttemptsMax">Attempts after which a message is given up; at least 1.</param>
public sealed record RetrySchedule(TimeSpan First, TimeSpan WaitMax, int AttemptsMax)
{
    /// <summary>The wait after this attempt, or null when it was the last.</summary>
    /// <param name="attempt">1 for the first.</param>
    /// <param name="chance">0 up to 1.</param>
    /// <param name="asked">What the recipient asked for by <c>Retry-After</c>; honoured up to <see cref="WaitMax"/>.</param>
    public TimeSpan? After(int attempt, double chance, TimeSpan? asked = null)
    {
        if (attempt >= AttemptsMax)
            return null;
        // Beyond 2^30 the product would leave what a double counts exactly; every sensible maximum is reached long before.
        var full = Math.Min(First.TotalMilliseconds * Math.Pow(2, Math.Min(attempt - 1, 30)), WaitMax.TotalMilliseconds);
        var wait = full / 2 + full / 2 * chance;
        if (asked is { } least)
            wait = Math.Max(wait, Math.Min(least.TotalMilliseconds, WaitMax.TotalMilliseconds));
        return TimeSpan.FromMilliseconds(wait);
    }
}
