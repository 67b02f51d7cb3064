using Slipway.Gateway.Proxying;
using Slipway.Gateway.Wires;

namespace Slipway.Gateway.Http2;

/// <summary>Reads the frames of a connection as they come in. A connection at rest holds no buffer.</summary>
internal sealed class FrameReader(Wire wire, ReadBuffer buffer, Deadlines deadlines)
{
    private long _due;

    /// <summary>Whether what comes is a frame that is longer than we take.</summary>
    public bool IsTooLong => buffer.Length >= FrameHead.Bytes && FrameHead.Read(buffer.Unread).Length > FrameHead.PayloadBytesMax;

    /// <summary>Reads what a client sends first; false when it is something else.</summary>
    public async ValueTask<bool> ReadPrefaceAsync()
    {
        var due = Deadlines.After(deadlines.Header);
        while (buffer.Length < FrameConnection.Preface.Length)
        {
            if (!FrameConnection.Preface.StartsWith(buffer.Unread) || await wire.ReceiveAsync(buffer.Space(), due) is not (> 0 and var count))
                return false;
            buffer.Filled(count);
        }
        var isSound = buffer.Unread.StartsWith(FrameConnection.Preface);
        buffer.Consume(FrameConnection.Preface.Length);
        return isSound;
    }

    /// <summary>The frame at the front; false when it has not come whole.</summary>
    public bool TryNext(out FrameHead frame)
    {
        frame = default;
        if (buffer.Length < FrameHead.Bytes)
            return false;
        frame = FrameHead.Read(buffer.Unread);
        return frame.Length <= FrameHead.PayloadBytesMax && buffer.Length >= FrameHead.Bytes + frame.Length;
    }

    /// <summary>The payload of the frame at the front.</summary>
    public ReadOnlySpan<byte> Payload(in FrameHead frame) => buffer.Unread.Slice(FrameHead.Bytes, frame.Length);

    /// <summary>The frame at the front is done with.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="isInFields">Whether the fields that it belongs to go on, for which all frames together have one deadline.</param>
    public void Done(in FrameHead frame, bool isInFields)
    {
        buffer.Consume(FrameHead.Bytes + frame.Length);
        if (!isInFields)
            _due = 0;
    }

    /// <summary>Reads more; false at the end of the connection.</summary>
    /// <param name="isInFields">Whether more of a list of fields must come.</param>
    /// <param name="isAtRest">Whether no request is under way.</param>
    public async ValueTask<bool> ReadAsync(bool isInFields, bool isAtRest)
    {
        // A frame, or a list of fields, that has begun must come to its end; else nobody waits for one who asks nothing.
        var isUnderWay = buffer.Length > 0 || isInFields;
        if (_due == 0 || !isUnderWay)
            _due = isUnderWay ? Deadlines.After(deadlines.Header) : isAtRest ? Deadlines.After(deadlines.Idle) : Wire.Never;
        if (buffer.Length == 0)
            buffer.Release();
        var count = buffer.Length == 0 ? await wire.ReadableAsync(_due) : 1;
        if (count > 0)
            count = await wire.ReceiveAsync(buffer.Space(), _due);
        if (count <= 0)
            return false;
        buffer.Filled(count);
        return true;
    }
}
