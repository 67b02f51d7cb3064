using Slipway.Gateway.Engines;
using Slipway.Gateway.Hosting;
using Slipway.Gateway.Proxying;
using Slipway.Gateway.Wires;

namespace Slipway.Gateway.Http2;

/// <summary>
/// A connection to an instance that speaks HTTP/2 without TLS, known beforehand (RFC 9113, section 3.3), as servers of gRPC do. It carries many
/// requests at a time, each on a stream of its own (<see cref="InstanceStream"/>).
/// </summary>
internal sealed class InstanceConnection : FrameConnection
{
    // However many the instance takes.
    private const int StreamsMax = 100;

    // Numbers are odd and never used again: then it is time for another connection. Those with a place still get theirs.
    private const int LastNumber = int.MaxValue - 2 * StreamsMax;

    private readonly Http2Answer _answer = new();
    private readonly ReadBuffer _buffer;

    // One until the instance has said how many it takes: more might be refused.
    private int _streamsMax = 1;
    private bool _isKnown;
    private bool _isOver;
    private int _taken;
    private int _nextStream = 1;
    private long _restsSince = Environment.TickCount64;

    /// <summary>Takes over a connection that has just been opened; <see cref="Start"/> begins to speak on it.</summary>
    /// <param name="engine">What carries it.</param>
    /// <param name="wire">The connection.</param>
    /// <param name="deadlines">For the instance.</param>
    public InstanceConnection(Engine engine, Wire wire, Deadlines deadlines)
        : this(engine, wire, new(), deadlines)
    {
    }

    private InstanceConnection(Engine engine, Wire wire, ReadBuffer buffer, Deadlines deadlines)
        : base(engine, wire, buffer, deadlines) => _buffer = buffer;

    /// <summary>No: requests are begun from here, and one may begin in the very moment in which it expires.</summary>
    protected override bool ExpiresAtRest => false;

    /// <summary>Begins to speak.</summary>
    /// <param name="log">Is told of what must not happen.</param>
    /// <param name="onEnd">Is told that it has ended, which it may have when this returns.</param>
    public void Start(GatewayLog log, Action<InstanceConnection> onEnd) => _ = RunAsync(log, onEnd);

    /// <summary>A stream for another request; null when it takes no more of them, or has rested for so long that the instance may be about to close it.</summary>
    /// <param name="restMillisecondsMax">How long it may have rested.</param>
    public InstanceStream? TryBegin(long restMillisecondsMax)
    {
        lock (Sync)
        {
            if (IsLeaving || _taken >= _streamsMax || (_taken == 0 && Environment.TickCount64 - _restsSince > restMillisecondsMax))
                return null;
            _taken++;
            return new(this);
        }
    }

    /// <summary>Takes no more requests, and ends with the last of those that it has.</summary>
    public void Leave()
    {
        lock (Sync)
            LeaveLocked();
    }

    /// <summary>Looks for deadlines; ends it when it has rested for long.</summary>
    /// <param name="now">In milliseconds of <see cref="Environment.TickCount64"/>.</param>
    /// <param name="restMillisecondsMax">How long it may rest.</param>
    public void Sweep(long now, long restMillisecondsMax)
    {
        Wire.Sweep(now);
        lock (Sync)
        {
            if (_taken == 0 && now - _restsSince > restMillisecondsMax)
                LeaveLocked();
        }
    }

    /// <summary>
    /// Gives a stream its number, with which it is begun: they must be begun in their order. Whoever was given a place before we
    /// leave is still let begin; 0 when the instance takes no more.
    /// </summary>
    public int OpenLocked(InstanceStream stream, out long sendWindow)
    {
        sendWindow = StreamSendWindow;
        if (_isOver)
            return 0;
        var number = _nextStream;
        _nextStream += 2;
        IsLeaving |= number >= LastNumber;
        LastStream = number;
        Streams.Add(number, stream);
        return number;
    }

    /// <summary>A stream has ended.</summary>
    public void RemoveLocked(InstanceStream stream)
    {
        Streams.Remove(stream.Id);
        _taken--;
        _restsSince = Environment.TickCount64;
        if (IsLeaving)
            LeaveLocked();
    }

    /// <inheritdoc/>
    protected override IFieldTaker BeginList()
    {
        _answer.Begin();
        return _answer;
    }

    /// <inheritdoc/>
    protected override Http2Error TakeList()
    {
        lock (Sync)
        {
            if (Fields.Of.Stream > LastStream)
                return Http2Error.Protocol;
            NoteMessage();
            // One that has ended here may still be answered.
            if (!Streams.TryGetValue(Fields.Of.Stream, out var stream))
                return Http2Error.None;
            var fault = ((InstanceStream)stream).TakeFieldsLocked(_answer, Fields.Of.Has(FrameHead.EndStream));
            if (fault != Http2Error.None)
                RefuseLocked(stream, fault);
            return Http2Error.None;
        }
    }

    /// <inheritdoc/>
    protected override Http2Error TakeResetLocked(StreamWire? stream)
    {
        stream?.AbortLocked();
        return Http2Error.None;
    }

    /// <inheritdoc/>
    protected override void TakeGoAwayLocked(int lastStream)
    {
        foreach (var stream in Streams.Values.Where(stream => stream.Id > lastStream))
            stream.AbortLocked();
        _isOver = true;
        LeaveLocked();
    }

    /// <inheritdoc/>
    protected override void EndLocked()
    {
        _isOver = true;
        base.EndLocked();
    }

    /// <inheritdoc/>
    protected override void NoteSettingsLocked(uint? streamsMax)
    {
        if (streamsMax is not null || !_isKnown)
            _streamsMax = (int)Math.Min(streamsMax ?? StreamsMax, StreamsMax);
        _isKnown = true;
    }

    private void LeaveLocked()
    {
        IsLeaving = true;
        if (_taken == 0)
            Wire.Close();
    }

    private async Task RunAsync(GatewayLog log, Action<InstanceConnection> onEnd)
    {
        try
        {
            lock (Sync)
            {
                Sender.SendPreface();
                Sender.SendSettings([(Http2Setting.Push, 0), (Http2Setting.ListBytesMax, Http2Request.ListBytesMax)]);
                Sender.SendWindowUpdate(0, ConnectionWindow - StreamWindow);
            }
            var error = await ReadFramesAsync();
            lock (Sync)
            {
                if (error is { } fault and not Http2Error.None)
                    Sender.SendGoAway(0, fault);
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            log.Error("a connection to an instance failed", ("fault", e.ToString()));
        }
        finally
        {
            // However it ends, no request is left waiting on it.
            lock (Sync)
                EndLocked();
            onEnd(this);
            // Nothing is waited for: what was sent last is a farewell.
            Wire.Close();
            await Output.DrainAsync();
            _buffer.Release();
            Fields.Release();
            _answer.Begin();
        }
    }
}
