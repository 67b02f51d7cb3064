namespace Slipway.Gateway.Wires;

/// <summary>
/// A deadline over one pending operation, without a timer or an allocation: the sweeper looks at it ten times a second.
/// Whoever changes the word first decides, so an operation that ended in time is never cut off afterwards.
/// </summary>
internal struct Watch
{
    private const long Idle = 0;
    private const long Expired = -1;

    private long _due;

    /// <summary>Starts it. A full fence follows, so that what is read next is not older.</summary>
    /// <param name="due">In milliseconds of <see cref="Environment.TickCount64"/>.</param>
    public void Arm(long due) => Interlocked.Exchange(ref _due, due);

    /// <summary>Sets the end of one that is armed for exactly <paramref name="armed"/>.</summary>
    public void Change(long armed, long due) => Interlocked.CompareExchange(ref _due, due, armed);

    /// <summary>Ends it; false when it had expired, so that the operation must count as failed.</summary>
    public bool Disarm() => Interlocked.Exchange(ref _due, Idle) != Expired;

    /// <summary>Brings the end forward when it is armed and would end later.</summary>
    public void Hasten(long due)
    {
        var armed = Volatile.Read(ref _due);
        while (armed > due)
        {
            var seen = Interlocked.CompareExchange(ref _due, due, armed);
            if (seen == armed)
                return;
            armed = seen;
        }
    }

    /// <summary>Expires it when its time has come; true when this call did.</summary>
    public bool TryExpire(long now)
    {
        var due = Volatile.Read(ref _due);
        return due > Idle && due <= now && Interlocked.CompareExchange(ref _due, Expired, due) == due;
    }
}
