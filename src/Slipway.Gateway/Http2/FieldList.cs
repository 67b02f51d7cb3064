using Slipway.Gateway.Http;

namespace Slipway.Gateway.Http2;

/// <summary>Gathers the coded fields of a message from the frames that they come in (RFC 9113, section 6.2 and 6.10).</summary>
internal sealed class FieldList
{
    private readonly ByteQueue _coded = new();

    /// <summary>Whether more of them must come before any other frame.</summary>
    public bool IsUnderWay { get; private set; }

    /// <summary>The frame that they began with.</summary>
    public FrameHead Of { get; private set; }

    /// <summary>What has come of them.</summary>
    public ReadOnlySpan<byte> Coded => _coded.Unread;

    /// <summary>Whether a field may stand in a message as it is (RFC 9113, section 8.2.1).</summary>
    public static bool IsSound(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
        => Octets.IsToken(name) && !name.ContainsAnyInRange((byte)'A', (byte)'Z')
            && !value.ContainsAny((byte)'\0', (byte)'\r', (byte)'\n') && Octets.Trim(value).Length == value.Length;

    /// <summary>Begins with a frame of HEADERS; an error when it breaks a rule.</summary>
    public Http2Error Begin(in FrameHead frame, ReadOnlySpan<byte> payload)
    {
        if (frame.Stream == 0 || frame.Stream % 2 == 0 || !frame.TryUnpad(ref payload))
            return Http2Error.Protocol;
        if (frame.Has(FrameHead.Prioritised))
        {
            if (payload.Length < FrameHead.PriorityBytes)
                return Http2Error.FrameSize;
            payload = payload[FrameHead.PriorityBytes..];
        }
        Of = frame;
        return Append(payload, frame.Has(FrameHead.EndHeaders));
    }

    /// <summary>Goes on with a frame of CONTINUATION.</summary>
    public Http2Error Append(ReadOnlySpan<byte> payload, bool isLast)
    {
        if (_coded.Length + payload.Length > Http2Request.ListBytesMax)
            return Http2Error.EnhanceYourCalm;
        _coded.Append(payload);
        IsUnderWay = !isLast;
        return Http2Error.None;
    }

    /// <summary>Forgets what has come.</summary>
    public void Release() => _coded.Release();
}
