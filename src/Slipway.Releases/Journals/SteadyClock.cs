namespace Slipway.Releases.Journals;

/// <summary>
/// The time of day as a control plane tells it: it follows the time that has passed since it was made, and comes closer to the
/// machine's clock by at most a twentieth of that. A clock that is set forward or back by hours therefore neither ends nor prolongs a wait
/// by more than a twentieth, and times in the journal do not go back. Safe for any number of threads.
/// </summary>
/// <param name="machine">The machine's clock.</param>
/// <param name="passed">The time that has passed since some instant, sleep of the machine included.</param>
public sealed class SteadyClock(TimeProvider machine, Func<TimeSpan> passed) : TimeProvider
{
    private const double SlewMax = 0.05;

    private readonly Lock _sync = new();
    private DateTimeOffset _told = machine.GetUtcNow();
    private TimeSpan _at = passed();

    /// <inheritdoc/>
    public override long TimestampFrequency => machine.TimestampFrequency;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_sync)
        {
            var now = passed();
            var since = now - _at;
            if (since <= TimeSpan.Zero)
                return _told;
            var off = machine.GetUtcNow() - (_told + since);
            var slew = Math.Clamp(off.Ticks, -(long)(since.Ticks * SlewMax), (long)(since.Ticks * SlewMax));
            _told = _told + since + TimeSpan.FromTicks(slew);
            _at = now;
            return _told;
        }
    }

    /// <summary>Goes on from a time that was told before, such as by a control plane that ended, where the machine's clock is behind it.</summary>
    /// <param name="told">The last time that is known to have been told.</param>
    public void NotBefore(DateTimeOffset told)
    {
        lock (_sync)
            _told = told > _told ? told : _told;
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => machine.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => machine.CreateTimer(callback, state, dueTime, period);
}
