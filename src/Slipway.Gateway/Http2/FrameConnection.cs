using System.Buffers.Binary;
using Slipway.Gateway.Engines;
using Slipway.Gateway.Proxying;
using Slipway.Gateway.Wires;

namespace Slipway.Gateway.Http2;

/// <summary>
/// A connection that speaks HTTP/2 (RFC 9113), whichever side of it begins the requests. It reads frames, keeps the windows, and gives each
/// stream what is its own: a stream is a connection that speaks HTTP/1.1 (<see cref="StreamWire"/>).
/// </summary>
internal abstract class FrameConnection
{
    /// <summary>What who begins the requests sends first (section 3.4).</summary>
    public static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    /// <summary>So much may be sent on a stream before the sender is told to go on, in bytes.</summary>
    public const int StreamWindow = 65_535;

    /// <summary>The same for the whole of a connection that we receive on.</summary>
    protected const int ConnectionWindow = 1024 * 1024;

    private const int CreditAt = ConnectionWindow / 4;

    // Frames that bring nothing on: more of them than of others, and the peer only keeps us busy.
    private const int IdleFramesMax = 1_000;

    private readonly HpackDecoder _decoder = new();
    private int _idleFrames;
    private int _credit;
    private long _receiveWindow = ConnectionWindow;

    /// <summary>Takes over a connection of which nothing has been read, unless it lies in the buffer.</summary>
    /// <param name="engine">What carries it.</param>
    /// <param name="wire">The connection.</param>
    /// <param name="buffer">What has come.</param>
    /// <param name="deadlines">For the peer.</param>
    protected FrameConnection(Engine engine, Wire wire, ReadBuffer buffer, Deadlines deadlines)
    {
        (Engine, Wire) = (engine, wire);
        Reader = new(wire, buffer, deadlines);
        Output = new(wire, deadlines.Write, Sync, WrittenLocked, EndLocked);
        Sender = new(Output);
    }

    /// <summary>Guards everything of the connection and its streams.</summary>
    public Lock Sync { get; } = new();

    /// <summary>What it sends; under <see cref="Sync"/>.</summary>
    public Http2Sender Sender { get; }

    /// <summary>What carries it.</summary>
    public Engine Engine { get; }

    /// <summary>Whether no request is under way.</summary>
    public bool IsAtRest
    {
        get
        {
            lock (Sync)
                return Streams.Count == 0;
        }
    }

    /// <summary>The connection itself.</summary>
    protected Wire Wire { get; }

    /// <summary>What comes in.</summary>
    protected FrameReader Reader { get; }

    /// <summary>What goes out.</summary>
    protected FrameOutput Output { get; }

    /// <summary>The list of fields that is coming in, or came last.</summary>
    protected FieldList Fields { get; } = new();

    /// <summary>The streams that are under way, by number.</summary>
    protected Dictionary<int, StreamWire> Streams { get; } = [];

    /// <summary>The highest number of a stream that was begun.</summary>
    protected int LastStream { get; set; }

    /// <summary>So much may be sent on a new stream, in bytes.</summary>
    protected long StreamSendWindow { get; private set; } = StreamWindow;

    /// <summary>Whether no stream is begun any more.</summary>
    protected bool IsLeaving { get; set; }

    /// <summary>So much of what came has been taken: the peer may send as much again.</summary>
    public void CreditLocked(int bytes)
    {
        _credit += bytes;
        if (_credit < CreditAt)
            return;
        Sender.SendWindowUpdate(0, _credit);
        _receiveWindow += _credit;
        _credit = 0;
    }

    /// <summary>Whether it ends when it has been at rest for long; otherwise somebody else sees to that.</summary>
    protected virtual bool ExpiresAtRest => true;

    /// <summary>Where a new list of fields goes.</summary>
    protected abstract IFieldTaker BeginList();

    /// <summary>A whole list has come: the head of a message, or the end of one.</summary>
    protected abstract Http2Error TakeList();

    /// <summary>The peer has given a stream up; null for one that has ended.</summary>
    protected abstract Http2Error TakeResetLocked(StreamWire? stream);

    /// <summary>The peer takes no streams beyond this one.</summary>
    protected virtual void TakeGoAwayLocked(int lastStream)
    {
    }

    /// <summary>The peer has said of itself what it wants to.</summary>
    /// <param name="streamsMax">How many streams it takes at a time; null when it does not say.</param>
    protected virtual void NoteSettingsLocked(uint? streamsMax)
    {
    }

    /// <summary>Reads frames until the connection ends; gives what the peer did wrong, null for nothing.</summary>
    protected async ValueTask<Http2Error?> ReadFramesAsync()
    {
        var isFirst = true;
        do
        {
            while (Reader.TryNext(out var frame))
            {
                if (isFirst && frame.Kind != FrameKind.Settings)
                    return Http2Error.Protocol;
                isFirst = false;
                if (TakeFrame(frame) is var fault and not Http2Error.None)
                    return fault;
                Reader.Done(frame, Fields.IsUnderWay);
            }
            if (Reader.IsTooLong)
                return Http2Error.FrameSize;
            if (Output.IsBroken || Output.IsFlooded)
                return Http2Error.EnhanceYourCalm;
        }
        while (await Reader.ReadAsync(Fields.IsUnderWay, ExpiresAtRest && IsAtRest));
        return null;
    }

    /// <summary>A request has come, or an answer: the peer may send as many more frames that bring nothing on.</summary>
    protected void NoteMessage() => _idleFrames = Math.Max(0, _idleFrames - 10);

    /// <summary>Ends one stream for what the peer did wrong.</summary>
    protected void RefuseLocked(StreamWire stream, Http2Error fault)
    {
        Sender.SendReset(stream.Id, fault);
        stream.AbortLocked();
    }

    /// <summary>Everything has ended: no stream is left behind.</summary>
    protected virtual void EndLocked()
    {
        IsLeaving = true;
        foreach (var stream in Streams.Values)
            stream.AbortLocked();
    }

    private Http2Error TakeFrame(in FrameHead frame)
    {
        var payload = Reader.Payload(frame);
        if (Fields.IsUnderWay && (frame.Kind != FrameKind.Continuation || frame.Stream != Fields.Of.Stream))
            return Http2Error.Protocol;
        switch (frame.Kind)
        {
            case FrameKind.Data:
                return TakeData(frame, payload);
            case FrameKind.Headers:
                return TakeFields(Fields.Begin(frame, payload), payload.IsEmpty);
            case FrameKind.Continuation:
                return Fields.IsUnderWay ? TakeFields(Fields.Append(payload, frame.Has(FrameHead.EndHeaders)), payload.IsEmpty) : Http2Error.Protocol;
            case FrameKind.PushPromise:
                return Http2Error.Protocol;
        }
        if (++_idleFrames > IdleFramesMax)
            return Http2Error.EnhanceYourCalm;
        lock (Sync)
        {
            return frame.Kind switch
            {
                FrameKind.ResetStream when frame.Length != 4 => Http2Error.FrameSize,
                FrameKind.ResetStream when frame.Stream == 0 || frame.Stream > LastStream => Http2Error.Protocol,
                FrameKind.ResetStream => TakeResetLocked(Streams.GetValueOrDefault(frame.Stream)),
                FrameKind.Settings => TakeSettingsLocked(frame, payload),
                FrameKind.Ping => TakePingLocked(frame, payload),
                FrameKind.WindowUpdate => TakeWindowUpdateLocked(frame, payload),
                FrameKind.Priority when frame.Length != FrameHead.PriorityBytes => Http2Error.FrameSize,
                FrameKind.Priority when frame.Stream == 0 => Http2Error.Protocol,
                FrameKind.GoAway => TakeGoAwayLocked(frame, payload),
                // Others are for those who know them.
                _ => Http2Error.None,
            };
        }
    }

    private Http2Error TakeData(in FrameHead frame, ReadOnlySpan<byte> payload)
    {
        if (frame.Stream == 0 || !frame.TryUnpad(ref payload))
            return Http2Error.Protocol;
        if (payload.IsEmpty && !frame.Has(FrameHead.EndStream) && ++_idleFrames > IdleFramesMax)
            return Http2Error.EnhanceYourCalm;
        lock (Sync)
        {
            if ((_receiveWindow -= frame.Length) < 0)
                return Http2Error.FlowControl;
            if (!Streams.TryGetValue(frame.Stream, out var stream))
            {
                // One that has ended here while its peer did not know; or one that never was.
                CreditLocked(frame.Length);
                return frame.Stream > LastStream ? Http2Error.Protocol : Http2Error.None;
            }
            if (!payload.IsEmpty && _idleFrames > 0)
                _idleFrames--;
            var fault = stream.TakeDataLocked(payload, frame.Length, frame.Has(FrameHead.EndStream));
            if (fault == Http2Error.FlowControl)
                return fault;
            if (fault != Http2Error.None)
            {
                CreditLocked(frame.Length);
                RefuseLocked(stream, fault);
            }
            return Http2Error.None;
        }
    }

    /// <summary>Fields have come; what they are is known once all have.</summary>
    private Http2Error TakeFields(Http2Error fault, bool isEmpty)
    {
        if (fault != Http2Error.None)
            return fault;
        if (Fields.IsUnderWay)
            return isEmpty && ++_idleFrames > IdleFramesMax ? Http2Error.EnhanceYourCalm : Http2Error.None;
        var isSound = _decoder.TryDecode(Fields.Coded, BeginList());
        Fields.Release();
        return isSound ? TakeList() : Http2Error.Compression;
    }

    private Http2Error TakeSettingsLocked(in FrameHead frame, ReadOnlySpan<byte> payload)
    {
        if (frame.Stream != 0)
            return Http2Error.Protocol;
        if (frame.Has(FrameHead.Ack) ? frame.Length != 0 : frame.Length % 6 != 0)
            return Http2Error.FrameSize;
        if (frame.Has(FrameHead.Ack))
            return Http2Error.None;
        uint? streamsMax = null;
        for (; !payload.IsEmpty; payload = payload[6..])
        {
            var (setting, value) = ((Http2Setting)BinaryPrimitives.ReadUInt16BigEndian(payload), BinaryPrimitives.ReadUInt32BigEndian(payload[2..]));
            if (TakeSettingLocked(setting, value) is var fault and not Http2Error.None)
                return fault;
            streamsMax = setting == Http2Setting.StreamsMax ? value : streamsMax;
        }
        NoteSettingsLocked(streamsMax);
        Sender.SendAck(FrameKind.Settings, default);
        return Http2Error.None;
    }

    private Http2Error TakeSettingLocked(Http2Setting setting, uint value) => setting switch
    {
        Http2Setting.Push when value > 1 => Http2Error.Protocol,
        Http2Setting.FrameBytesMax when value is < FrameHead.PayloadBytesMax or > 0xFFFFFF => Http2Error.Protocol,
        Http2Setting.StreamWindow => TakeStreamWindowLocked(value),
        _ => Http2Error.None,
    };

    private Http2Error TakeStreamWindowLocked(uint value)
    {
        if (value > int.MaxValue)
            return Http2Error.FlowControl;
        var more = value - StreamSendWindow;
        StreamSendWindow = value;
        foreach (var stream in Streams.Values)
        {
            if (!stream.TryGrowLocked(more))
                return Http2Error.FlowControl;
        }
        return Http2Error.None;
    }

    private Http2Error TakePingLocked(in FrameHead frame, ReadOnlySpan<byte> payload)
    {
        if (frame.Stream != 0)
            return Http2Error.Protocol;
        if (frame.Length != 8)
            return Http2Error.FrameSize;
        if (!frame.Has(FrameHead.Ack))
            Sender.SendAck(FrameKind.Ping, payload);
        return Http2Error.None;
    }

    private Http2Error TakeGoAwayLocked(in FrameHead frame, ReadOnlySpan<byte> payload)
    {
        if (frame.Stream != 0)
            return Http2Error.Protocol;
        if (frame.Length < 8)
            return Http2Error.FrameSize;
        TakeGoAwayLocked(BinaryPrimitives.ReadInt32BigEndian(payload) & int.MaxValue);
        return Http2Error.None;
    }

    private Http2Error TakeWindowUpdateLocked(in FrameHead frame, ReadOnlySpan<byte> payload)
    {
        if (frame.Length != 4)
            return Http2Error.FrameSize;
        var more = BinaryPrimitives.ReadInt32BigEndian(payload) & int.MaxValue;
        if (frame.Stream > LastStream)
            return Http2Error.Protocol;
        if (frame.Stream == 0)
        {
            var isSound = Sender.TryGrow(more);
            WrittenLocked();
            return more == 0 ? Http2Error.Protocol : isSound ? Http2Error.None : Http2Error.FlowControl;
        }
        if (Streams.TryGetValue(frame.Stream, out var stream) && (more == 0 || !stream.TryGrowLocked(more)))
            RefuseLocked(stream, more == 0 ? Http2Error.Protocol : Http2Error.FlowControl);
        return Http2Error.None;
    }

    // There is room again.
    private void WrittenLocked()
    {
        foreach (var stream in Streams.Values)
            stream.LookAgainLocked();
    }
}
