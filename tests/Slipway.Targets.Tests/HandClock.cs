namespace Slipway.Targets.Tests;

/// <summary>A clock that stands still until it is moved by hand.</summary>
internal sealed class HandClock : TimeProvider
{
    private readonly Lock _sync = new();
    private readonly List<HandTimer> _timers = [];
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_sync)
            return _now;
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new HandTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves it to the next timer that is due; false when there is none before the limit.</summary>
    public bool Step(DateTimeOffset limit)
    {
        HandTimer? next;
        lock (_sync)
        {
            next = _timers.Where(timer => timer.Due <= limit).MinBy(timer => timer.Due);
            if (next is null)
                return false;
            _timers.Remove(next);
            _now = next.Due > _now ? next.Due : _now;
        }
        next.Fire();
        return true;
    }

    private sealed class HandTimer(HandClock clock, Action fire) : ITimer
    {
        public DateTimeOffset Due { get; private set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._sync)
            {
                clock._timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan)
                    return true;
                Due = clock._now + dueTime;
                clock._timers.Add(this);
            }
            return true;
        }

        public void Dispose()
        {
            lock (clock._sync)
                clock._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
