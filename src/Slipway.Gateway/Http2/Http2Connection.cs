using System.Buffers.Binary;
using Slipway.Gateway.Engines;
using Slipway.Gateway.Proxying;

namespace Slipway.Gateway.Http2;

/// <summary>
/// A client's connection that speaks HTTP/2 (RFC 9113). It reads frames, keeps the windows, and hands each request to a connection of its
/// own that speaks HTTP/1.1 (<see cref="Http2Stream"/>), so that routes, protections and counters know no difference.
/// </summary>
internal sealed class Http2Connection
{
    /// <summary>What a client sends first (section 3.4).</summary>
    public static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    /// <summary>So much a client may send on a stream before it is told to go on, in bytes.</summary>
    public const int StreamWindow = 65_535;

    private const int ConnectionWindow = 1024 * 1024;
    private const int CreditAt = ConnectionWindow / 4;
    private const int StreamsMax = 128;

    // Frames that bring nothing on: more of them than of others, and the client only keeps us busy.
    private const int IdleFramesMax = 1_000;
    private const int ResetsMax = 200;

    private readonly ClientConnection _client;
    private readonly DataPlane _plane;
    private readonly FrameReader _reader;
    private readonly FrameOutput _output;
    private readonly Dictionary<int, Http2Stream> _streams = [];
    private readonly HpackDecoder _decoder = new();
    private readonly Http2Request _request = new();
    private readonly FieldList _fields = new();
    private int _lastStream;
    private int _idleFrames;
    private int _resets;
    private long _receiveWindow = ConnectionWindow;
    private int _credit;
    private long _streamSendWindow = StreamWindow;
    private bool _isLeaving;

    /// <summary>Takes over a connection whose preface has not been read.</summary>
    public Http2Connection(DataPlane plane, ClientConnection client)
    {
        (_plane, _client) = (plane, client);
        _reader = new(client, plane.Deadlines);
        _output = new(client.Wire, plane.Deadlines.Write, Sync, WrittenLocked, EndLocked);
        Sender = new(_output);
    }

    /// <summary>Guards everything of the connection and its streams.</summary>
    public Lock Sync { get; } = new();

    /// <summary>What it sends; under <see cref="Sync"/>.</summary>
    public Http2Sender Sender { get; }

    /// <summary>What carries it.</summary>
    public Engine Engine => _client.Engine;

    /// <summary>Whether no request is under way.</summary>
    public bool IsAtRest
    {
        get
        {
            lock (Sync)
                return _streams.Count == 0;
        }
    }

    /// <summary>Serves it to its end.</summary>
    public async Task RunAsync()
    {
        lock (Sync)
        {
            Sender.SendSettings(StreamsMax);
            Sender.SendWindowUpdate(0, ConnectionWindow - StreamWindow);
        }
        Http2Error? error = Http2Error.Internal;
        try
        {
            error = await _reader.ReadPrefaceAsync() ? await ReadFramesAsync() : Http2Error.Protocol;
        }
        finally
        {
            // However it ends, no stream is left behind.
            lock (Sync)
            {
                if (error is { } fault and not Http2Error.None)
                    Sender.SendGoAway(_lastStream, fault);
                EndLocked();
            }
        }
        await _output.DrainAsync();
        if (error is not null and not Http2Error.None)
            await _client.LingerAsync(Deadlines.After(_plane.Deadlines.Linger));
        _fields.Release();
        _request.Begin();
    }

    /// <summary>Tells the client to go elsewhere with further requests; closes it when it is at rest.</summary>
    public void Leave()
    {
        lock (Sync)
        {
            LeaveLocked();
            if (_streams.Count == 0)
                _client.Wire.TryCutRead();
        }
    }

    /// <summary>So much of what came has been taken: the client may send as much again.</summary>
    public void CreditLocked(int bytes)
    {
        _credit += bytes;
        if (_credit < CreditAt)
            return;
        Sender.SendWindowUpdate(0, _credit);
        _receiveWindow += _credit;
        _credit = 0;
    }

    /// <summary>A stream has ended.</summary>
    public void RemoveLocked(Http2Stream stream)
    {
        _streams.Remove(stream.Id);
        if (stream.IsAnswered && _resets > 0)
            _resets--;
        if (_streams.Count > 0)
            return;
        if (_isLeaving)
            _client.Wire.TryCutRead();
        else
            _client.Wire.HastenRead(Deadlines.After(_plane.Deadlines.Idle));
    }

    /// <summary>Reads frames until the connection ends; gives what the client did wrong, null for nothing.</summary>
    private async ValueTask<Http2Error?> ReadFramesAsync()
    {
        var isFirst = true;
        do
        {
            while (_reader.TryNext(out var frame))
            {
                if (isFirst && frame.Kind != FrameKind.Settings)
                    return Http2Error.Protocol;
                isFirst = false;
                if (TakeFrame(frame) is var fault and not Http2Error.None)
                    return fault;
                _reader.Done(frame, _fields.IsUnderWay);
            }
            if (_reader.IsTooLong)
                return Http2Error.FrameSize;
            if (_output.IsBroken || _output.IsFlooded)
                return Http2Error.EnhanceYourCalm;
        }
        while (await _reader.ReadAsync(_fields.IsUnderWay, IsAtRest));
        return null;
    }

    private Http2Error TakeFrame(in FrameHead frame)
    {
        var payload = _reader.Payload(frame);
        if (_fields.IsUnderWay && (frame.Kind != FrameKind.Continuation || frame.Stream != _fields.Of.Stream))
            return Http2Error.Protocol;
        switch (frame.Kind)
        {
            case FrameKind.Data:
                return TakeData(frame, payload);
            case FrameKind.Headers:
                return TakeFields(_fields.Begin(frame, payload), payload.IsEmpty);
            case FrameKind.Continuation:
                return _fields.IsUnderWay ? TakeFields(_fields.Append(payload, frame.Has(FrameHead.EndHeaders)), payload.IsEmpty) : Http2Error.Protocol;
            case FrameKind.PushPromise:
                return Http2Error.Protocol;
        }
        if (++_idleFrames > IdleFramesMax)
            return Http2Error.EnhanceYourCalm;
        lock (Sync)
        {
            return frame.Kind switch
            {
                FrameKind.ResetStream => TakeResetLocked(frame),
                FrameKind.Settings => TakeSettingsLocked(frame, payload),
                FrameKind.Ping => TakePingLocked(frame, payload),
                FrameKind.WindowUpdate => TakeWindowUpdateLocked(frame, payload),
                FrameKind.Priority when frame.Length != FrameHead.PriorityBytes => Http2Error.FrameSize,
                FrameKind.Priority when frame.Stream == 0 => Http2Error.Protocol,
                FrameKind.GoAway when frame.Stream != 0 => Http2Error.Protocol,
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
            if (!_streams.TryGetValue(frame.Stream, out var stream))
            {
                // One that has ended here while its client did not know; or one that never was.
                CreditLocked(frame.Length);
                return frame.Stream > _lastStream ? Http2Error.Protocol : Http2Error.None;
            }
            if (!payload.IsEmpty && _idleFrames > 0)
                _idleFrames--;
            var fault = stream.TakeDataLocked(payload, frame.Length, frame.Has(FrameHead.EndStream));
            if (fault == Http2Error.FlowControl)
                return fault;
            if (fault != Http2Error.None)
            {
                CreditLocked(frame.Length);
                Sender.SendReset(frame.Stream, fault);
                stream.AbortLocked();
            }
            return Http2Error.None;
        }
    }

    /// <summary>Fields have come; what they are is known once all have.</summary>
    private Http2Error TakeFields(Http2Error fault, bool isEmpty)
    {
        if (fault != Http2Error.None)
            return fault;
        if (_fields.IsUnderWay)
            return isEmpty && ++_idleFrames > IdleFramesMax ? Http2Error.EnhanceYourCalm : Http2Error.None;
        _request.Begin();
        var isSound = _decoder.TryDecode(_fields.Coded, _request);
        _fields.Release();
        return isSound ? TakeList() : Http2Error.Compression;
    }

    /// <summary>A whole list has come: a request, or the end of one.</summary>
    private Http2Error TakeList()
    {
        Http2Stream stream;
        lock (Sync)
        {
            if (_streams.TryGetValue(_fields.Of.Stream, out var known))
            {
                var fault = _fields.Of.Has(FrameHead.EndStream) ? known.EndRequestLocked() : Http2Error.Protocol;
                if (fault != Http2Error.None)
                {
                    Sender.SendReset(_fields.Of.Stream, fault);
                    known.AbortLocked();
                }
                return Http2Error.None;
            }
            if (_fields.Of.Stream <= _lastStream)
                return Http2Error.StreamClosed;
            _lastStream = _fields.Of.Stream;
            _idleFrames = Math.Max(0, _idleFrames - 10);
            if (_isLeaving || _streams.Count >= StreamsMax)
            {
                Sender.SendReset(_fields.Of.Stream, Http2Error.RefusedStream);
                return Http2Error.None;
            }
            _request.End();
            if (_request.IsTooLarge || _request.IsMalformed)
            {
                _plane.Book.CountRefused();
                RefuseLocked();
                return Http2Error.None;
            }
            stream = new(this, _fields.Of.Stream, _streamSendWindow);
            stream.BeginLocked(_request, _fields.Of.Has(FrameHead.EndStream), _request.IsHead);
            _streams.Add(stream.Id, stream);
            if (_plane.IsDraining)
                LeaveLocked();
        }
        _ = new ClientConnection(_client, stream).RunAsync();
        return Http2Error.None;
    }

    private void RefuseLocked()
    {
        if (!_request.IsTooLarge)
        {
            Sender.SendReset(_fields.Of.Stream, Http2Error.Protocol);
            return;
        }
        Sender.SendStatus(_fields.Of.Stream, 431);
        if (!_fields.Of.Has(FrameHead.EndStream))
            Sender.SendReset(_fields.Of.Stream, Http2Error.None);
    }

    private Http2Error TakeResetLocked(in FrameHead frame)
    {
        if (frame.Length != 4)
            return Http2Error.FrameSize;
        if (frame.Stream == 0 || frame.Stream > _lastStream)
            return Http2Error.Protocol;
        if (_streams.TryGetValue(frame.Stream, out var stream))
            stream.AbortLocked();
        // Those who begin requests only to give them up (CVE-2023-44487) are known by letting hardly any end.
        return ++_resets > ResetsMax ? Http2Error.EnhanceYourCalm : Http2Error.None;
    }

    private Http2Error TakeSettingsLocked(in FrameHead frame, ReadOnlySpan<byte> payload)
    {
        if (frame.Stream != 0)
            return Http2Error.Protocol;
        if (frame.Has(FrameHead.Ack) ? frame.Length != 0 : frame.Length % 6 != 0)
            return Http2Error.FrameSize;
        if (frame.Has(FrameHead.Ack))
            return Http2Error.None;
        for (; !payload.IsEmpty; payload = payload[6..])
        {
            var value = BinaryPrimitives.ReadUInt32BigEndian(payload[2..]);
            var fault = BinaryPrimitives.ReadUInt16BigEndian(payload) switch
            {
                2 when value > 1 => Http2Error.Protocol,
                4 => TakeStreamWindowLocked(value),
                5 when value is < FrameHead.PayloadBytesMax or > 0xFFFFFF => Http2Error.Protocol,
                _ => Http2Error.None,
            };
            if (fault != Http2Error.None)
                return fault;
        }
        Sender.SendAck(FrameKind.Settings, default);
        return Http2Error.None;
    }

    private Http2Error TakeStreamWindowLocked(uint value)
    {
        if (value > int.MaxValue)
            return Http2Error.FlowControl;
        var more = value - _streamSendWindow;
        _streamSendWindow = value;
        foreach (var stream in _streams.Values)
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
        if (frame.Has(FrameHead.Ack))
            return Http2Error.None;
        Sender.SendAck(FrameKind.Ping, payload);
        return Http2Error.None;
    }

    private Http2Error TakeWindowUpdateLocked(in FrameHead frame, ReadOnlySpan<byte> payload)
    {
        if (frame.Length != 4)
            return Http2Error.FrameSize;
        var more = BinaryPrimitives.ReadInt32BigEndian(payload) & int.MaxValue;
        if (frame.Stream > _lastStream)
            return Http2Error.Protocol;
        if (frame.Stream == 0)
        {
            var isSound = Sender.TryGrow(more);
            WrittenLocked();
            return more == 0 ? Http2Error.Protocol : isSound ? Http2Error.None : Http2Error.FlowControl;
        }
        if (_streams.TryGetValue(frame.Stream, out var stream) && (more == 0 || !stream.TryGrowLocked(more)))
        {
            Sender.SendReset(frame.Stream, more == 0 ? Http2Error.Protocol : Http2Error.FlowControl);
            stream.AbortLocked();
        }
        return Http2Error.None;
    }

    private void LeaveLocked()
    {
        if (!_isLeaving)
            Sender.SendGoAway(_lastStream, Http2Error.None);
        _isLeaving = true;
    }

    // There is room again.
    private void WrittenLocked()
    {
        foreach (var stream in _streams.Values)
            stream.LookAgainLocked();
    }

    private void EndLocked()
    {
        _isLeaving = true;
        foreach (var stream in _streams.Values)
            stream.AbortLocked();
    }
}
