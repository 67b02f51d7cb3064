using System.Globalization;
using System.Text;

namespace Slipway.Gateway.Http2;

/// <summary>A head that has come as a list of fields and goes on as HTTP/1.1 has it.</summary>
internal interface IMessageHead
{
    /// <summary>How long its body is, in bytes; -1 when that is not known.</summary>
    long BodyLength { get; }

    /// <summary>Writes it.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="hasEnded">Whether nothing follows it.</param>
    /// <returns>Whether what follows is framed in chunks, for its length is not known.</returns>
    bool Write(ByteQueue output, bool hasEnded);
}

/// <summary>What a stream has brought and nobody has taken yet, as HTTP/1.1 has it: the head, then the body in the framing that the head says.</summary>
internal sealed class IncomingMessage
{
    private readonly ByteQueue _bytes = new();
    private readonly ByteQueue _framing = new();
    private int _headLeft;
    private int _chunkLeft;
    private long _received;
    private long _promised = -1;
    private bool _isChunked;
    private bool _hasTerminated;
    private byte[] _trailers = [];

    /// <summary>Whether its head has come.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Whether nothing follows what has come.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Whether anything can be taken.</summary>
    public bool HasNews => _bytes.Length > 0 || _framing.Length > 0 || (HasEnded && _isChunked && !_hasTerminated);

    /// <summary>How much of the body waits to be taken, in bytes.</summary>
    public int BodyBytes => Math.Max(0, _bytes.Length - _headLeft);

    /// <summary>Takes the head in.</summary>
    public void Begin(IMessageHead head, bool hasEnded)
    {
        var before = _bytes.Length;
        _isChunked = head.Write(_bytes, hasEnded);
        _headLeft += _bytes.Length - before;
        _promised = head.BodyLength;
        (HasBegun, HasEnded) = (true, hasEnded);
    }

    /// <summary>Takes a head in that comes before the one of the message.</summary>
    public void AddInterim(IMessageHead head)
    {
        var before = _bytes.Length;
        head.Write(_bytes, hasEnded: false);
        _headLeft += _bytes.Length - before;
    }

    /// <summary>Takes the fields behind the body in, lines of HTTP/1.1, with which the message ends; false when the body is shorter than its head says.</summary>
    public bool TryEnd(ReadOnlySpan<byte> trailers)
    {
        if (_isChunked)
            _trailers = trailers.ToArray();
        return TryAppend(default, isLast: true);
    }

    /// <summary>Takes a piece of the body in; false when there is more of it, or less, than the head says.</summary>
    public bool TryAppend(ReadOnlySpan<byte> data, bool isLast)
    {
        _received += data.Length;
        if (_promised >= 0 && (_received > _promised || (isLast && _received < _promised)))
            return false;
        _bytes.Append(data);
        HasEnded = isLast;
        return true;
    }

    /// <summary>Takes what fits.</summary>
    /// <param name="space">Where to.</param>
    /// <param name="body">How much of it is body, in bytes.</param>
    /// <returns>How much it is.</returns>
    public int Take(Span<byte> space, out int body)
    {
        var taken = body = 0;
        while (taken < space.Length)
        {
            var rest = space[taken..];
            if (_framing.Length > 0)
            {
                taken += _framing.Take(rest);
            }
            else if (_headLeft > 0)
            {
                var count = _bytes.Take(rest[..Math.Min(rest.Length, _headLeft)]);
                _headLeft -= count;
                taken += count;
            }
            else if (_bytes.Length > 0 && (!_isChunked || _chunkLeft > 0))
            {
                var count = _bytes.Take(_isChunked ? rest[..Math.Min(rest.Length, _chunkLeft)] : rest);
                body += count;
                taken += count;
                if (_isChunked && (_chunkLeft -= count) == 0)
                    _framing.Append("\r\n"u8);
            }
            else if (_bytes.Length > 0)
            {
                _chunkLeft = _bytes.Length;
                _framing.Append(Encoding.ASCII.GetBytes(_chunkLeft.ToString("X", CultureInfo.InvariantCulture) + "\r\n"));
            }
            else if (_isChunked && HasEnded && !_hasTerminated)
            {
                _hasTerminated = true;
                _framing.Append("0\r\n"u8);
                _framing.Append(_trailers);
                _framing.Append("\r\n"u8);
            }
            else
            {
                break;
            }
        }
        return taken;
    }

    /// <summary>Forgets everything.</summary>
    public void Release()
    {
        _bytes.Release();
        _framing.Release();
    }
}
