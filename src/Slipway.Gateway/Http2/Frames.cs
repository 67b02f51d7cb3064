using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Slipway.Gateway.Http2;

/// <summary>The frames of HTTP/2 (RFC 9113, section 6).</summary>
internal enum FrameKind : byte
{
    /// <summary>A piece of a body.</summary>
    Data = 0,

    /// <summary>The fields of a message, or the first of them.</summary>
    Headers = 1,

    /// <summary>Means nothing any more.</summary>
    Priority = 2,

    /// <summary>A stream ends here and now.</summary>
    ResetStream = 3,

    /// <summary>What the sender can take.</summary>
    Settings = 4,

    /// <summary>Only servers may, and we do not.</summary>
    PushPromise = 5,

    /// <summary>Asks for a sign of life.</summary>
    Ping = 6,

    /// <summary>No stream is begun after the one that is named.</summary>
    GoAway = 7,

    /// <summary>So much more may be sent.</summary>
    WindowUpdate = 8,

    /// <summary>The fields go on.</summary>
    Continuation = 9,
}

/// <summary>What one side tells the other of itself (RFC 9113, section 6.5.2).</summary>
internal enum Http2Setting : ushort
{
    /// <summary>Whether a server may send what nobody asked for.</summary>
    Push = 2,

    /// <summary>How many streams may be under way at a time.</summary>
    StreamsMax = 3,

    /// <summary>How much may be sent on a new stream, in bytes.</summary>
    StreamWindow = 4,

    /// <summary>How long a frame's payload may be.</summary>
    FrameBytesMax = 5,

    /// <summary>How large a list of fields may be.</summary>
    ListBytesMax = 6,
}

/// <summary>Why a stream or a connection ends (RFC 9113, section 7).</summary>
internal enum Http2Error
{
    /// <summary>All is well.</summary>
    None = 0,

    /// <summary>The rules were broken.</summary>
    Protocol = 1,

    /// <summary>Something went wrong here.</summary>
    Internal = 2,

    /// <summary>More was sent than there was room for.</summary>
    FlowControl = 3,

    /// <summary>The stream had ended.</summary>
    StreamClosed = 5,

    /// <summary>A frame's size is wrong.</summary>
    FrameSize = 6,

    /// <summary>Nothing was done for it; it can be sent again.</summary>
    RefusedStream = 7,

    /// <summary>Nobody wants it any more.</summary>
    Cancel = 8,

    /// <summary>The fields cannot be decoded.</summary>
    Compression = 9,

    /// <summary>It is too much.</summary>
    EnhanceYourCalm = 11,
}

/// <summary>The nine bytes before a frame's payload (RFC 9113, section 4.1).</summary>
/// <param name="Length">Of the payload, in bytes.</param>
/// <param name="Kind">Which frame it is; may be one that nobody knows.</param>
/// <param name="Flags">As they are defined for it.</param>
/// <param name="Stream">Whose it is; 0 for the connection.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FrameHead(int Length, FrameKind Kind, byte Flags, int Stream)
{
    /// <summary>How long it is.</summary>
    public const int Bytes = 9;

    /// <summary>The longest payload that we take, and send until told that more will do.</summary>
    public const int PayloadBytesMax = 16_384;

    /// <summary>No more frames of this stream come from here; of SETTINGS and PING, that it is an answer.</summary>
    public const byte EndStream = 1;

    /// <inheritdoc cref="EndStream"/>
    public const byte Ack = 1;

    /// <summary>No fields follow in further frames.</summary>
    public const byte EndHeaders = 4;

    /// <summary>There is padding.</summary>
    public const byte Padded = 8;

    /// <summary>There is a priority, which means nothing any more.</summary>
    public const byte Prioritised = 32;

    /// <summary>How long a priority is.</summary>
    public const int PriorityBytes = 5;

    /// <summary>Takes the padding off a payload; false when there is more of it than of the payload.</summary>
    public bool TryUnpad(ref ReadOnlySpan<byte> payload)
    {
        if (!Has(Padded))
            return true;
        if (payload.IsEmpty || payload[0] >= payload.Length)
            return false;
        payload = payload[1..^payload[0]];
        return true;
    }

    /// <summary>Whether a flag is set.</summary>
    public bool Has(byte flag) => (Flags & flag) != 0;

    /// <summary>Reads one.</summary>
    public static FrameHead Read(ReadOnlySpan<byte> bytes)
        => new(bytes[0] << 16 | bytes[1] << 8 | bytes[2], (FrameKind)bytes[3], bytes[4], BinaryPrimitives.ReadInt32BigEndian(bytes[5..]) & int.MaxValue);

    /// <summary>Writes it.</summary>
    public void Write(Span<byte> bytes)
    {
        (bytes[0], bytes[1], bytes[2]) = ((byte)(Length >> 16), (byte)(Length >> 8), (byte)Length);
        (bytes[3], bytes[4]) = ((byte)Kind, Flags);
        BinaryPrimitives.WriteInt32BigEndian(bytes[5..], Stream);
    }
}
