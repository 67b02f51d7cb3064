using System.Buffers.Binary;
using Slipway.Gateway.Http;

namespace Slipway.Gateway.Http2;

/// <summary>What a connection sends, within the windows that its client grants. All of it is under the connection's lock.</summary>
internal sealed class Http2Sender(FrameOutput output)
{
    private readonly ByteQueue _fields = new();
    private long _window = FrameConnection.StreamWindow;

    /// <summary>Lets the client send more, or less, of answers; false when there is more than there can be.</summary>
    public bool TryGrow(long bytes) => (_window += bytes) <= int.MaxValue;

    /// <summary>Sends a piece of an answer; gives how much, or -1 when there is no room for any.</summary>
    public int SendData(int stream, ReadOnlySpan<byte> data, long streamWindow, bool isLast)
    {
        var room = (int)Math.Min(Math.Min(_window, streamWindow), FrameHead.PayloadBytesMax);
        if (!data.IsEmpty && (room <= 0 || output.IsFull))
            return -1;
        var piece = data[..Math.Min(data.Length, Math.Max(0, room))];
        _window -= piece.Length;
        Send(new(piece.Length, FrameKind.Data, isLast && piece.Length == data.Length ? FrameHead.EndStream : (byte)0, stream), piece);
        return piece.Length;
    }

    /// <summary>Sends the head of an answer, without what concerns a connection.</summary>
    public void SendHead(int stream, ResponseHead response, ReadOnlySpan<byte> head, bool isLast)
    {
        HpackWriter.WriteStatus(_fields, response.Status);
        foreach (ref readonly var field in response.Fields.All)
        {
            if (!IsOfConnection(field.Kind))
                HpackWriter.Write(_fields, head.Slice(field.NameAt, field.NameLength), head.Slice(field.ValueAt, field.ValueLength));
        }
        SendFields(stream, isLast);
    }

    /// <summary>Sends the head of a request, without what concerns a connection; that fields behind an answer's body are understood is said.</summary>
    /// <param name="stream">Whose.</param>
    /// <param name="head">As HTTP/1.1 has it; sound, for it was written here.</param>
    /// <param name="fields">Its fields.</param>
    /// <param name="isLast">Whether it has no body.</param>
    public void SendRequest(int stream, ReadOnlySpan<byte> head, FieldLines fields, bool isLast)
    {
        var method = head[..head.IndexOf((byte)' ')];
        var target = head[(method.Length + 1)..];
        HpackWriter.Write(_fields, ":method"u8, method);
        HpackWriter.Write(_fields, ":scheme"u8, "http"u8);
        HpackWriter.Write(_fields, ":path"u8, target[..target.IndexOf((byte)' ')]);
        if (fields.Host >= 0)
            HpackWriter.Write(_fields, ":authority"u8, fields.ValueOf(head, fields.Host));
        foreach (ref readonly var field in fields.All)
        {
            if (field.Kind != FieldKind.Host && !IsOfConnection(field.Kind))
                HpackWriter.Write(_fields, head.Slice(field.NameAt, field.NameLength), head.Slice(field.ValueAt, field.ValueLength));
        }
        HpackWriter.Write(_fields, "te"u8, "trailers"u8);
        SendFields(stream, isLast);
    }

    /// <summary>Sends the fields behind a body, with which the message ends.</summary>
    /// <param name="stream">Whose.</param>
    /// <param name="lines">As HTTP/1.1 has them.</param>
    public void SendTrailers(int stream, ReadOnlySpan<byte> lines)
    {
        while (TrailerLines.TryNext(ref lines, out var name, out var value))
            HpackWriter.Write(_fields, name, value);
        SendFields(stream, isLast: true);
    }

    /// <summary>Sends an answer that is a status alone.</summary>
    public void SendStatus(int stream, int status)
    {
        HpackWriter.WriteStatus(_fields, status);
        SendFields(stream, isLast: true);
    }

    /// <summary>Says that a stream ends.</summary>
    public void SendReset(int stream, Http2Error error) => SendNumber(FrameKind.ResetStream, stream, (int)error);

    /// <summary>Says that so much more may be sent; 0 stands for the whole connection.</summary>
    public void SendWindowUpdate(int stream, int bytes)
    {
        if (bytes > 0)
            SendNumber(FrameKind.WindowUpdate, stream, bytes);
    }

    /// <summary>Says what who begins the requests says first.</summary>
    public void SendPreface() => output.AppendLocked(FrameConnection.Preface);

    /// <summary>Says what we can take.</summary>
    public void SendSettings(ReadOnlySpan<(Http2Setting Setting, int Value)> settings)
    {
        Span<byte> payload = stackalloc byte[6 * settings.Length];
        for (var i = 0; i < settings.Length; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(payload[(6 * i)..], (ushort)settings[i].Setting);
            BinaryPrimitives.WriteInt32BigEndian(payload[(6 * i + 2)..], settings[i].Value);
        }
        Send(new(payload.Length, FrameKind.Settings, 0, 0), payload);
    }

    /// <summary>Answers SETTINGS or PING.</summary>
    public void SendAck(FrameKind kind, ReadOnlySpan<byte> payload) => Send(new(payload.Length, kind, FrameHead.Ack, 0), payload);

    /// <summary>Says that no stream is begun after the last one, and why.</summary>
    public void SendGoAway(int lastStream, Http2Error error)
    {
        Span<byte> last = stackalloc byte[8];
        BinaryPrimitives.WriteInt32BigEndian(last, lastStream);
        BinaryPrimitives.WriteInt32BigEndian(last[4..], (int)error);
        Send(new(last.Length, FrameKind.GoAway, 0, 0), last);
    }

    // It has no place in a message of HTTP/2 (RFC 9113, section 8.2.2).
    private static bool IsOfConnection(FieldKind kind)
        => kind is FieldKind.Connection or FieldKind.TransferEncoding or FieldKind.KeepAlive or FieldKind.Upgrade or FieldKind.OneHop;

    private void SendNumber(FrameKind kind, int stream, int number)
    {
        Span<byte> payload = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(payload, number);
        Send(new(payload.Length, kind, 0, stream), payload);
    }

    /// <summary>Sends the list that has been written, in as many frames as it takes.</summary>
    private void SendFields(int stream, bool isLast)
    {
        var kind = FrameKind.Headers;
        do
        {
            var piece = _fields.Unread[..Math.Min(_fields.Length, FrameHead.PayloadBytesMax)];
            var flags = (byte)((piece.Length == _fields.Length ? FrameHead.EndHeaders : 0) | (isLast && kind == FrameKind.Headers ? FrameHead.EndStream : 0));
            output.AppendLocked(new(piece.Length, kind, flags, stream), piece);
            _fields.Consume(piece.Length);
            kind = FrameKind.Continuation;
        }
        while (_fields.Length > 0);
        output.FlushLocked();
    }

    private void Send(in FrameHead head, ReadOnlySpan<byte> payload)
    {
        output.AppendLocked(head, payload);
        output.FlushLocked();
    }
}
