using Slipway.Gateway.Http;

namespace Slipway.Gateway.Http2;

/// <summary>
/// Turns the fields of a request (RFC 9113, section 8.3) into the head of HTTP/1.1 that means the same, so that the one parser, and everything
/// that stands before a route, judges both. What could not be said there, or would be read otherwise, makes it malformed. Used again
/// for every request of a connection.
/// </summary>
internal sealed class Http2Request : IFieldTaker, IMessageHead
{
    /// <summary>How large a list of fields may be, as the standard counts it.</summary>
    public const int ListBytesMax = 32 * 1024;

    /// <summary>What the standard counts for a field beside its text, in bytes.</summary>
    public const int FieldOverhead = 32;

    private readonly ByteQueue _method = new();
    private readonly ByteQueue _path = new();
    private readonly ByteQueue _authority = new();
    private readonly ByteQueue _cookies = new();
    private readonly ByteQueue _fields = new();
    private bool _hasScheme;
    private bool _hasHost;
    private bool _hasFields;
    private int _listBytes;

    /// <summary>Whether it is a HEAD request, whose answer has no body.</summary>
    public bool IsHead => _method.Unread.SequenceEqual("HEAD"u8);

    /// <summary>Whether it breaks a rule, so that its stream is reset.</summary>
    public bool IsMalformed { get; private set; }

    /// <summary>Whether its list is larger than it may be.</summary>
    public bool IsTooLarge => _listBytes > ListBytesMax;

    /// <summary>The length that it says its body has; -1 when it says none.</summary>
    public long BodyLength { get; private set; }

    /// <summary>Forgets the one before.</summary>
    public void Begin()
    {
        foreach (var part in (ReadOnlySpan<ByteQueue>)[_method, _path, _authority, _cookies, _fields])
            part.Release();
        _hasScheme = _hasHost = _hasFields = IsMalformed = false;
        _listBytes = 0;
        BodyLength = -1;
    }

    /// <inheritdoc/>
    public void Take(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        _listBytes += name.Length + value.Length + FieldOverhead;
        if (IsTooLarge || IsMalformed)
            return;
        if (name is [(byte)':', ..])
            TakePseudo(name, value);
        else
            TakeField(name, value);
    }

    /// <inheritdoc/>
    public bool Write(ByteQueue output, bool hasEnded)
    {
        output.Append(_method.Unread);
        output.Append(" "u8);
        output.Append(_path.Unread);
        output.Append(" HTTP/1.1\r\n"u8);
        if (_authority.Length > 0)
        {
            output.Append("Host: "u8);
            output.Append(_authority.Unread);
            output.Append("\r\n"u8);
        }
        output.Append(_fields.Unread);
        if (_cookies.Length > 0)
        {
            output.Append("Cookie: "u8);
            output.Append(_cookies.Unread);
            output.Append("\r\n"u8);
        }
        var isChunked = !hasEnded && BodyLength < 0;
        if (isChunked)
        {
            output.Append("Transfer-Encoding: chunked\r\n"u8);
        }
        else if (BodyLength >= 0)
        {
            output.Append("Content-Length: "u8);
            output.Append(System.Text.Encoding.ASCII.GetBytes(BodyLength.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            output.Append("\r\n"u8);
        }
        output.Append("\r\n"u8);
        return isChunked;
    }

    /// <summary>All fields have come: what must be there is there, or it is malformed.</summary>
    public void End() => IsMalformed |= _method.Length == 0 || _path.Length == 0 || !_hasScheme || (_authority.Length == 0 && !_hasHost);

    private void TakePseudo(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        // They come first, each once, and none is empty.
        IsMalformed |= _hasFields || value.IsEmpty || !Octets.IsVisible(value);
        if (name.SequenceEqual(":method"u8))
            TakeOnce(_method, value, Octets.IsToken(value));
        else if (name.SequenceEqual(":path"u8))
            TakeOnce(_path, value, value is [(byte)'/', ..] or [(byte)'*']);
        else if (name.SequenceEqual(":authority"u8))
            TakeOnce(_authority, value, !value.Contains((byte)'@'));
        else if (name.SequenceEqual(":scheme"u8))
            (IsMalformed, _hasScheme) = (IsMalformed || _hasScheme || !(value.SequenceEqual("http"u8) || value.SequenceEqual("https"u8)), true);
        else
            IsMalformed = true;
    }

    private void TakeOnce(ByteQueue part, ReadOnlySpan<byte> value, bool isSound)
    {
        if (part.Length > 0 || !isSound)
            IsMalformed = true;
        else if (!IsMalformed)
            part.Append(value);
    }

    private void TakeField(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        _hasFields = true;
        if (!FieldList.IsSound(name, value))
        {
            IsMalformed = true;
            return;
        }
        switch (FieldKinds.Of(name))
        {
            // What concerns a connection has no place here (section 8.2.2); of TE only that trailers are understood.
            case FieldKind.Connection or FieldKind.TransferEncoding or FieldKind.Upgrade or FieldKind.KeepAlive:
            case FieldKind.OneHop when name.SequenceEqual("proxy-connection"u8) || (name.SequenceEqual("te"u8) && !value.SequenceEqual("trailers"u8)):
                IsMalformed = true;
                return;
            case FieldKind.ContentLength:
                TakeLength(value);
                return;
            case FieldKind.Cookie:
                if (_cookies.Length > 0)
                    _cookies.Append("; "u8);
                _cookies.Append(value);
                return;
            case FieldKind.Host:
                // It must be the one that was named already.
                IsMalformed |= _hasHost || (_authority.Length > 0 && !Octets.Same(value, _authority.Unread));
                _hasHost = true;
                if (_authority.Length > 0)
                    return;
                break;
        }
        _fields.Append(name);
        _fields.Append(": "u8);
        _fields.Append(value);
        _fields.Append("\r\n"u8);
    }

    private void TakeLength(ReadOnlySpan<byte> value)
    {
        IsMalformed |= BodyLength >= 0 || !Octets.TryLength(value, out var length);
        if (!IsMalformed && Octets.TryLength(value, out length))
            BodyLength = length;
    }
}
