using System.Buffers.Binary;
using Slipway.Gateway.Engines;
using Slipway.Gateway.Http;
using Slipway.Gateway.Proxying;
using Slipway.Gateway.Wires;

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
    private const int HeadListBytesMax = Http2Request.ListBytesMax;

    // Frames that bring nothing on: more of them than of others, and the client only keeps us busy.
    private const int IdleFramesMax = 1_000;
    private const int ResetsMax = 200;

    private readonly ClientConnection _client;
    private readonly DataPlane _plane;
    private readonly FrameOutput _output;
    private readonly Dictionary<int, Http2Stream> _streams = [];
    private readonly HpackDecoder _decoder = new();
    private readonly Http2Request _request = new();
    private readonly ByteQueue _fields = new();
    private readonly ByteQueue _written = new();
    private FrameHead _fieldsOf;
    private bool _isInFields;
    private int _lastStream;
    private int _idleFrames;
    private int _resets;
    private long _sendWindow = 65_535;
    private long _receiveWindow = ConnectionWindow;
    private int _credit;
    private long _streamSendWindow = 65_535;
    private int _payloadMax = FrameHead.PayloadBytesMax;
    private bool _isLeaving;

    /// <summary>Takes over a connection whose preface has not been read.</summary>
    public Http2Connection(DataPlane plane, ClientConnection client)
    {
        (_plane, _client) = (plane, client);
        _output = new(client.Wire, plane.Deadlines.Write, Sync, WrittenLocked, EndLocked);
    }

    /// <summary>Guards everything of the connection and its streams.</summary>
    public Lock Sync { get; } = new();

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
            SendSettingsLocked();
            SendWindowUpdateLocked(0, ConnectionWindow - StreamWindow);
        }
        var error = await ReadPrefaceAsync() ? await ReadFramesAsync() : Http2Error.Protocol;
        lock (Sync)
        {
            if (error is { } fault and not Http2Error.None)
                SendGoAwayLocked(fault);
            EndLocked();
        }
        await _output.DrainAsync();
        if (error is not null and not Http2Error.None)
            await _client.LingerAsync(Deadlines.After(_plane.Deadlines.Linger));
        _fields.Release();
        _written.Release();
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

    /// <summary>Sends a piece of an answer; gives how much, or -1 when there is no room for any.</summary>
    public int SendDataLocked(int stream, ReadOnlySpan<byte> data, long streamWindow, bool isLast)
    {
        var room = (int)Math.Min(Math.Min(_sendWindow, streamWindow), _payloadMax);
        if (!data.IsEmpty && (room <= 0 || _output.IsFull))
            return -1;
        var piece = data[..Math.Min(data.Length, Math.Max(0, room))];
        _sendWindow -= piece.Length;
        _output.AppendLocked(new(piece.Length, FrameKind.Data, isLast && piece.Length == data.Length ? FrameHead.EndStream : (byte)0, stream), piece);
        _output.FlushLocked();
        return piece.Length;
    }

    /// <summary>Sends the head of an answer.</summary>
    public void SendHeadLocked(int stream, ResponseHead response, ReadOnlySpan<byte> head, bool isLast)
    {
        HpackWriter.WriteStatus(_written, response.Status);
        foreach (ref readonly var field in response.Fields.All)
        {
            if (field.Kind is FieldKind.Connection or FieldKind.TransferEncoding or FieldKind.KeepAlive or FieldKind.Upgrade or FieldKind.OneHop)
                continue;
            HpackWriter.Write(_written, head.Slice(field.NameAt, field.NameLength), head.Slice(field.ValueAt, field.ValueLength));
        }
        SendFieldsLocked(stream, isLast);
    }

    /// <summary>Says that a stream ends.</summary>
    public void SendResetLocked(int stream, Http2Error error)
    {
        Span<byte> code = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(code, (int)error);
        _output.AppendLocked(new(code.Length, FrameKind.ResetStream, 0, stream), code);
        _output.FlushLocked();
    }

    /// <summary>Says that so much more may be sent; 0 stands for the whole connection.</summary>
    public void SendWindowUpdateLocked(int stream, int bytes)
    {
        if (bytes <= 0)
            return;
        Span<byte> window = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(window, bytes);
        _output.AppendLocked(new(window.Length, FrameKind.WindowUpdate, 0, stream), window);
        _output.FlushLocked();
    }

    /// <summary>So much of what came has been taken: the client may send as much again.</summary>
    public void CreditLocked(int bytes)
    {
        _credit += bytes;
        if (_credit < CreditAt)
            return;
        SendWindowUpdateLocked(0, _credit);
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

    private async ValueTask<bool> ReadPrefaceAsync()
    {
        var due = Deadlines.After(_plane.Deadlines.Header);
        while (_client.Buffer.Length < Preface.Length)
        {
            if (!Preface.StartsWith(_client.Buffer.Unread) || await _client.Wire.ReceiveAsync(_client.Buffer.Space(), due) is not (> 0 and var count))
                return false;
            _client.Buffer.Filled(count);
        }
        var isSound = _client.Buffer.Unread.StartsWith(Preface);
        _client.Buffer.Consume(Preface.Length);
        return isSound;
    }

    /// <summary>Reads frames until the connection ends; gives what the client did wrong, null for nothing.</summary>
    private async ValueTask<Http2Error?> ReadFramesAsync()
    {
        var isFirst = true;
        long due = 0;
        while (true)
        {
            while (TryFrame(out var frame))
            {
                if (isFirst && frame.Kind != FrameKind.Settings)
                    return Http2Error.Protocol;
                isFirst = false;
                if (TakeFrame(frame) is var fault and not Http2Error.None)
                    return fault;
                _client.Buffer.Consume(FrameHead.Bytes + frame.Length);
                due = _isInFields ? due : 0;
            }
            if (_client.Buffer.Length >= FrameHead.Bytes && FrameHead.Read(_client.Buffer.Unread).Length > FrameHead.PayloadBytesMax)
                return Http2Error.FrameSize;
            if (_output.IsBroken || _output.IsFlooded)
                return Http2Error.EnhanceYourCalm;
            // A frame, or a list of fields, that has begun must come to its end; else nobody waits for one who asks nothing.
            var isUnderWay = _client.Buffer.Length > 0 || _isInFields;
            if (due == 0 || !isUnderWay)
                due = isUnderWay ? Deadlines.After(_plane.Deadlines.Header) : IsAtRest ? Deadlines.After(_plane.Deadlines.Idle) : Wire.Never;
            if (_client.Buffer.Length == 0)
                _client.Buffer.Release();
            var count = _client.Buffer.Length == 0 ? await _client.Wire.ReadableAsync(due) : 1;
            if (count > 0)
                count = await _client.Wire.ReceiveAsync(_client.Buffer.Space(), due);
            if (count <= 0)
                return null;
            _client.Buffer.Filled(count);
        }
    }

    private bool TryFrame(out FrameHead frame)
    {
        frame = default;
        var bytes = _client.Buffer.Unread;
        if (bytes.Length < FrameHead.Bytes)
            return false;
        frame = FrameHead.Read(bytes);
        return frame.Length <= FrameHead.PayloadBytesMax && bytes.Length >= FrameHead.Bytes + frame.Length;
    }

    private Http2Error TakeFrame(in FrameHead frame)
    {
        var payload = _client.Buffer.Unread.Slice(FrameHead.Bytes, frame.Length);
        if (_isInFields && (frame.Kind != FrameKind.Continuation || frame.Stream != _fieldsOf.Stream))
            return Http2Error.Protocol;
        switch (frame.Kind)
        {
            case FrameKind.Data:
                return TakeData(frame, payload);
            case FrameKind.Headers:
                return BeginFields(frame, payload);
            case FrameKind.Continuation:
                return _isInFields ? TakeFields(payload, frame.Has(FrameHead.EndHeaders)) : Http2Error.Protocol;
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
                FrameKind.Priority when frame.Length != 5 => Http2Error.FrameSize,
                FrameKind.Priority when frame.Stream == 0 => Http2Error.Protocol,
                FrameKind.GoAway when frame.Stream != 0 => Http2Error.Protocol,
                // Others are for those who know them.
                _ => Http2Error.None,
            };
        }
    }

    private Http2Error TakeData(in FrameHead frame, ReadOnlySpan<byte> payload)
    {
        if (frame.Stream == 0 || !TryUnpad(frame, ref payload))
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
                SendResetLocked(frame.Stream, fault);
                stream.AbortLocked();
            }
            return Http2Error.None;
        }
    }

    private static bool TryUnpad(in FrameHead frame, ref ReadOnlySpan<byte> payload)
    {
        if (!frame.Has(FrameHead.Padded))
            return true;
        if (payload.IsEmpty || payload[0] >= payload.Length)
            return false;
        payload = payload[1..^payload[0]];
        return true;
    }

    private Http2Error BeginFields(in FrameHead frame, ReadOnlySpan<byte> payload)
    {
        if (frame.Stream == 0 || frame.Stream % 2 == 0 || !TryUnpad(frame, ref payload))
            return Http2Error.Protocol;
        if (frame.Has(FrameHead.Prioritised))
        {
            if (payload.Length < 5)
                return Http2Error.FrameSize;
            payload = payload[5..];
        }
        (_isInFields, _fieldsOf) = (true, frame);
        return TakeFields(payload, frame.Has(FrameHead.EndHeaders));
    }

    private Http2Error TakeFields(ReadOnlySpan<byte> payload, bool isLast)
    {
        if (payload.IsEmpty && !isLast && ++_idleFrames > IdleFramesMax)
            return Http2Error.EnhanceYourCalm;
        if (_fields.Length + payload.Length > HeadListBytesMax)
            return Http2Error.EnhanceYourCalm;
        _fields.Append(payload);
        if (!isLast)
            return Http2Error.None;
        _isInFields = false;
        _request.Begin();
        var isSound = _decoder.TryDecode(_fields.Unread, _request);
        _fields.Release();
        return isSound ? TakeList() : Http2Error.Compression;
    }

    /// <summary>A whole list has come: a request, or the end of one.</summary>
    private Http2Error TakeList()
    {
        Http2Stream stream;
        lock (Sync)
        {
            if (_streams.TryGetValue(_fieldsOf.Stream, out var known))
            {
                var fault = _fieldsOf.Has(FrameHead.EndStream) ? known.EndRequestLocked() : Http2Error.Protocol;
                if (fault != Http2Error.None)
                {
                    SendResetLocked(_fieldsOf.Stream, fault);
                    known.AbortLocked();
                }
                return Http2Error.None;
            }
            if (_fieldsOf.Stream <= _lastStream)
                return Http2Error.StreamClosed;
            _lastStream = _fieldsOf.Stream;
            _idleFrames = Math.Max(0, _idleFrames - 10);
            if (_isLeaving || _streams.Count >= StreamsMax)
            {
                SendResetLocked(_fieldsOf.Stream, Http2Error.RefusedStream);
                return Http2Error.None;
            }
            _request.End();
            if (_request.IsTooLarge || _request.IsMalformed)
            {
                _plane.Book.CountRefused();
                RefuseLocked();
                return Http2Error.None;
            }
            stream = new(this, _fieldsOf.Stream, _streamSendWindow);
            stream.BeginLocked(_request, _fieldsOf.Has(FrameHead.EndStream), _request.IsHead);
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
            SendResetLocked(_fieldsOf.Stream, Http2Error.Protocol);
            return;
        }
        HpackWriter.WriteStatus(_written, 431);
        SendFieldsLocked(_fieldsOf.Stream, isLast: true);
        if (!_fieldsOf.Has(FrameHead.EndStream))
            SendResetLocked(_fieldsOf.Stream, Http2Error.None);
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
        _output.AppendLocked(new(0, FrameKind.Settings, FrameHead.Ack, 0), default);
        _output.FlushLocked();
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
        _output.AppendLocked(new(8, FrameKind.Ping, FrameHead.Ack, 0), payload);
        _output.FlushLocked();
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
            _sendWindow += more;
            WrittenLocked();
            return more == 0 ? Http2Error.Protocol : _sendWindow > int.MaxValue ? Http2Error.FlowControl : Http2Error.None;
        }
        if (_streams.TryGetValue(frame.Stream, out var stream) && (more == 0 || !stream.TryGrowLocked(more)))
        {
            SendResetLocked(frame.Stream, more == 0 ? Http2Error.Protocol : Http2Error.FlowControl);
            stream.AbortLocked();
        }
        return Http2Error.None;
    }

    private void LeaveLocked()
    {
        if (!_isLeaving)
            SendGoAwayLocked(Http2Error.None);
        _isLeaving = true;
    }

    private void SendSettingsLocked()
    {
        Span<byte> settings = stackalloc byte[12];
        BinaryPrimitives.WriteUInt16BigEndian(settings, 3);
        BinaryPrimitives.WriteInt32BigEndian(settings[2..], StreamsMax);
        BinaryPrimitives.WriteUInt16BigEndian(settings[6..], 6);
        BinaryPrimitives.WriteInt32BigEndian(settings[8..], HeadListBytesMax);
        _output.AppendLocked(new(settings.Length, FrameKind.Settings, 0, 0), settings);
    }

    private void SendGoAwayLocked(Http2Error error)
    {
        Span<byte> last = stackalloc byte[8];
        BinaryPrimitives.WriteInt32BigEndian(last, _lastStream);
        BinaryPrimitives.WriteInt32BigEndian(last[4..], (int)error);
        _output.AppendLocked(new(last.Length, FrameKind.GoAway, 0, 0), last);
        _output.FlushLocked();
    }

    /// <summary>Sends the list that has been written, in as many frames as it takes.</summary>
    private void SendFieldsLocked(int stream, bool isLast)
    {
        var kind = FrameKind.Headers;
        do
        {
            var piece = _written.Unread[..Math.Min(_written.Length, FrameHead.PayloadBytesMax)];
            var flags = (byte)((piece.Length == _written.Length ? FrameHead.EndHeaders : 0) | (isLast && kind == FrameKind.Headers ? FrameHead.EndStream : 0));
            _output.AppendLocked(new(piece.Length, kind, flags, stream), piece);
            _written.Consume(piece.Length);
            kind = FrameKind.Continuation;
        }
        while (_written.Length > 0);
        _output.FlushLocked();
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
