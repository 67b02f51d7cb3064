namespace Slipway.Gateway.Wires;

/// <summary>What the wires that own a socket share: the deadlines of their reads and writes.</summary>
internal abstract class TcpWire : Wire, ISwept
{
    private long _cap = Capped;
    private Watch _reading;
    private Watch _writing;
    private int _closed;
    private volatile bool _hasCutRead;

    /// <inheritdoc/>
    public sealed override bool IsClosed => Volatile.Read(ref _closed) != 0;

    /// <inheritdoc/>
    public int SweeperIndex { get; set; } = -1;

    /// <summary>Whether reading was cut off here, so that its end says nothing about the peer.</summary>
    protected bool HasCutRead => _hasCutRead;

    /// <summary>
    /// The framework turns a close into a reset when another thread is in a call on the socket at that moment, and a number
    /// that was closed may be another socket's. What the sweeper does and what closes therefore take turns.
    /// </summary>
    protected Lock Turn { get; } = new();

    /// <inheritdoc/>
    public sealed override void CapRead(long due)
    {
        Interlocked.Exchange(ref _cap, due);
        if (due != Capped)
            _reading.Change(Capped, due);
    }

    /// <inheritdoc/>
    public sealed override void HastenRead(long due) => _reading.Hasten(due);

    /// <inheritdoc/>
    public sealed override bool TryCutRead()
    {
        if (!TryExpireRead())
            return false;
        CutRead();
        return true;
    }

    /// <inheritdoc cref="Wire.Sweep"/>
    public sealed override void Sweep(long now)
    {
        if (_reading.TryExpire(now))
            CutRead();
        if (_writing.TryExpire(now))
            Close();
    }

    /// <summary>Starts the clock of a read.</summary>
    protected void BeginRead(long due)
    {
        _reading.Arm(due);
        if (due == Capped && Volatile.Read(ref _cap) is var cap and not Capped)
            _reading.Change(Capped, cap);
    }

    /// <summary>Stops it; false when it was too late.</summary>
    protected bool EndRead() => _reading.Disarm();

    /// <summary>Has a pending read count as expired, whatever its deadline; false when none was pending or another was first.</summary>
    protected bool TryExpireRead() => _reading.TryExpire(long.MaxValue);

    /// <summary>Starts the clock of a write.</summary>
    protected void BeginWrite(long due) => _writing.Arm(due);

    /// <summary>Stops it; false when it was too late.</summary>
    protected bool EndWrite() => _writing.Disarm();

    /// <summary>Says that it is closed; false when it was already. Only in <see cref="Turn"/>.</summary>
    protected bool TryClose() => Interlocked.Exchange(ref _closed, 1) == 0;

    /// <summary>
    /// Makes a pending read end while the other direction still works, so that the peer can be told why. Closing the socket
    /// under a pending read would send a reset instead.
    /// </summary>
    protected abstract void EndReading();

    private void CutRead()
    {
        _hasCutRead = true;
        EndReading();
    }
}
