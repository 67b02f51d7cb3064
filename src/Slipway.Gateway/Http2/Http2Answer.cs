using System.Globalization;
using System.Text;
using Slipway.Gateway.Http;

namespace Slipway.Gateway.Http2;

/// <summary>
/// Turns the fields of an answer (RFC 9113, section 8.3.2) into the head of HTTP/1.1 that means the same, and those behind its body into lines. Used again
/// for every list of a connection.
/// </summary>
internal sealed class Http2Answer : IFieldTaker, IMessageHead
{
    private readonly ByteQueue _fields = new();
    private bool _hasFields;
    private long _contentLength;
    private int _listBytes;

    /// <summary>100 to 599; 0 while there is none, as behind a body.</summary>
    public int Status { get; private set; }

    /// <summary>Whether it breaks a rule.</summary>
    public bool IsMalformed { get; private set; }

    /// <summary>Whether it answers a HEAD request, so that no body follows. Set before it is written.</summary>
    public bool AnswersHead { get; set; }

    /// <summary>Its lines, each with its end.</summary>
    public ReadOnlySpan<byte> Lines => _fields.Unread;

    /// <inheritdoc/>
    public long BodyLength => HasNoBody ? 0 : _contentLength;

    private bool HasNoBody => AnswersHead || Status is 204 or 304;

    /// <summary>Forgets the one before.</summary>
    public void Begin()
    {
        _fields.Release();
        _hasFields = IsMalformed = AnswersHead = false;
        _contentLength = -1;
        _listBytes = Status = 0;
    }

    /// <inheritdoc/>
    public void Take(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        _listBytes += name.Length + value.Length + Http2Request.FieldOverhead;
        IsMalformed |= _listBytes > Http2Request.ListBytesMax;
        if (IsMalformed)
            return;
        if (name is [(byte)':', ..])
            TakeStatus(name, value);
        else
            TakeField(name, value);
    }

    /// <inheritdoc/>
    public bool Write(ByteQueue output, bool hasEnded)
    {
        output.Append("HTTP/1.1 "u8);
        output.Append(Number(Status));
        output.Append("\r\n"u8);
        output.Append(_fields.Unread);
        var isChunked = !hasEnded && Status >= 200 && BodyLength < 0;
        if (isChunked)
        {
            output.Append("Transfer-Encoding: chunked\r\n"u8);
        }
        else if (_contentLength >= 0 || (hasEnded && !HasNoBody))
        {
            output.Append("Content-Length: "u8);
            output.Append(Number(Math.Max(0, _contentLength)));
            output.Append("\r\n"u8);
        }
        output.Append("\r\n"u8);
        return isChunked;
    }

    private static byte[] Number(long number) => Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture));

    private void TakeStatus(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        IsMalformed |= _hasFields || Status > 0 || !name.SequenceEqual(":status"u8) || value.Length != 3
            || !Octets.TryLength(value, out var status) || status is < 100 or > 599 or 101;
        if (!IsMalformed && Octets.TryLength(value, out status))
            Status = (int)status;
    }

    private void TakeField(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        _hasFields = true;
        var kind = FieldKinds.Of(name);
        // What concerns a connection has no place here (section 8.2.2).
        if (!FieldList.IsSound(name, value) || kind is FieldKind.Connection or FieldKind.TransferEncoding or FieldKind.Upgrade or FieldKind.KeepAlive)
        {
            IsMalformed = true;
        }
        else if (kind == FieldKind.ContentLength)
        {
            IsMalformed = _contentLength >= 0 || !Octets.TryLength(value, out _contentLength);
        }
        else
        {
            _fields.Append(name);
            _fields.Append(": "u8);
            _fields.Append(value);
            _fields.Append("\r\n"u8);
        }
    }
}
