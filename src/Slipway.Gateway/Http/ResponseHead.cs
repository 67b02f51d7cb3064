namespace Slipway.Gateway.Http;

/// <summary>The head of an answer (RFC 9112, section 4), parsed as strictly as a request's. Used again for every answer.</summary>
internal sealed class ResponseHead
{
    private int _reasonAt;
    private int _reasonLength;

    /// <summary>The field lines.</summary>
    public FieldLines Fields { get; } = new();

    /// <summary>100 to 599.</summary>
    public int Status { get; private set; }

    /// <summary>0 or 1.</summary>
    public int MinorVersion { get; private set; }

    /// <summary>Whether the instance keeps the connection for another request.</summary>
    public bool KeepsAlive => MinorVersion == 1 && !Fields.SaysClose;

    /// <summary>The reason phrase; may be empty.</summary>
    public ReadOnlySpan<byte> Reason(ReadOnlySpan<byte> head) => head.Slice(_reasonAt, _reasonLength);

    /// <summary>How long the instance says that it keeps the connection at rest, in milliseconds; a very long time when it does not say.</summary>
    public long RestMilliseconds(ReadOnlySpan<byte> head)
    {
        foreach (ref readonly var field in Fields.All)
        {
            if (field.Kind != FieldKind.KeepAlive)
                continue;
            var value = head.Slice(field.ValueAt, field.ValueLength);
            var at = value.IndexOf("timeout="u8);
            var digits = at < 0 ? default : value[(at + 8)..];
            var end = digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            if (Octets.TryLength(end < 0 ? digits : digits[..end], out var seconds) && seconds < 1_000_000)
                return seconds * 1_000;
        }
        return long.MaxValue;
    }

    /// <summary>Parses a whole head, which ends in its empty line.</summary>
    public HeadFault Parse(ReadOnlySpan<byte> head)
    {
        var lineEnd = head.IndexOf("\r\n"u8);
        var line = head[..lineEnd];
        if (line.Length < 12 || !line.StartsWith("HTTP/1."u8) || line[8] != ' ')
            return HeadFault.BadStartLine;
        if (line[7] is not ((byte)'0' or (byte)'1'))
            return HeadFault.UnknownVersion;
        MinorVersion = line[7] - '0';
        if (!Octets.TryLength(line.Slice(9, 3), out var status) || status is < 100 or > 599)
            return HeadFault.BadStartLine;
        Status = (int)status;
        if (line.Length > 12 && line[12] != ' ')
            return HeadFault.BadStartLine;
        _reasonAt = Math.Min(13, line.Length);
        _reasonLength = line.Length - _reasonAt;
        foreach (var c in line[_reasonAt..])
        {
            if (c < ' ' && c != '\t' || c == 0x7F)
                return HeadFault.ControlCharacter;
        }
        var fault = Fields.Parse(head, lineEnd + 2);
        if (fault != HeadFault.None)
            return fault;
        return MinorVersion == 0 && Fields.IsChunked ? HeadFault.UnknownCoding : HeadFault.None;
    }

    /// <summary>How its body is delimited (RFC 9112, section 6.3).</summary>
    public BodyFraming Framing(bool answersHead)
    {
        if (answersHead || Status is 204 or 304 or < 200)
            return BodyFraming.None;
        if (Fields.IsChunked)
            return BodyFraming.Chunked;
        return Fields.ContentLength switch
        {
            < 0 => BodyFraming.UntilClose,
            0 => BodyFraming.None,
            _ => BodyFraming.Length,
        };
    }
}
