namespace Slipway.Gateway.Http;

/// <summary>
/// Decodes the chunked coding (RFC 9112, section 7.1), one octet of framing at a time, so that it stops exactly where the
/// body does. Extensions are checked and dropped; so are trailers, unless somebody keeps them.
/// </summary>
internal sealed class ChunkedDecoder
{
    private State _state;
    private long _size;
    private int _digits;
    private int _lineLength;
    private int _trailerLength;
    private bool _keepsTrailers;
    private byte[] _trailers = [];
    private int _trailersEnd;

    private enum State
    {
        Size,
        Extension,
        SizeFeed,
        Data,
        DataReturn,
        DataFeed,
        TrailerStart,
        TrailerName,
        TrailerValue,
        TrailerFeed,
        LastFeed,
        Done,
        Broken,
    }

    /// <summary>Whether the last chunk and the trailers have been read.</summary>
    public bool IsDone => _state == State.Done;

    /// <summary>Whether the framing is wrong.</summary>
    public bool IsBroken => _state == State.Broken;

    /// <summary>The lines of the trailers, each with its end; empty when there are none or they are not kept.</summary>
    public ReadOnlySpan<byte> Trailers => _trailers.AsSpan(0, _trailersEnd);

    /// <summary>Begins a body.</summary>
    /// <param name="keepsTrailers">Whether its trailers are kept.</param>
    public void Begin(bool keepsTrailers)
    {
        _state = State.Size;
        _size = _digits = _lineLength = _trailerLength = _trailersEnd = 0;
        _keepsTrailers = keepsTrailers;
    }

    /// <summary>Copies data out of the input until either is used up or the body ends; gives how much was copied.</summary>
    public int Decode(ReadOnlySpan<byte> input, Span<byte> output, out int consumed)
    {
        consumed = 0;
        var copied = 0;
        while (consumed < input.Length && _state < State.Done)
        {
            if (_state != State.Data)
            {
                var c = input[consumed++];
                _state = Next(c);
                if (_keepsTrailers && _state is State.TrailerName or State.TrailerValue or State.TrailerFeed or State.TrailerStart && _trailerLength > 0)
                    KeepTrailer(c);
                continue;
            }
            var count = (int)Math.Min(_size, Math.Min(input.Length - consumed, output.Length - copied));
            if (count == 0)
                break;
            input.Slice(consumed, count).CopyTo(output[copied..]);
            consumed += count;
            copied += count;
            _size -= count;
            if (_size == 0)
                _state = State.DataReturn;
        }
        return copied;
    }

    private void KeepTrailer(byte c)
    {
        if (_trailersEnd == _trailers.Length)
            Array.Resize(ref _trailers, Math.Max(256, 2 * _trailersEnd));
        _trailers[_trailersEnd++] = c;
    }

    private State Next(byte c) => _state switch
    {
        State.Size => NextOfSize(c),
        State.Extension => NextOfExtension(c),
        State.SizeFeed when c == '\n' => _size == 0 ? State.TrailerStart : State.Data,
        State.DataReturn when c == '\r' => State.DataFeed,
        State.DataFeed when c == '\n' => BeginSize(),
        State.TrailerStart when c == '\r' => State.LastFeed,
        State.TrailerStart => NextOfTrailerName(c, isFirst: true),
        State.TrailerName => NextOfTrailerName(c, isFirst: false),
        State.TrailerValue => NextOfTrailerValue(c),
        State.TrailerFeed when c == '\n' => State.TrailerStart,
        State.LastFeed when c == '\n' => State.Done,
        _ => State.Broken,
    };

    private State BeginSize()
    {
        _size = _digits = _lineLength = 0;
        return State.Size;
    }

    private State NextOfSize(byte c)
    {
        var digit = c switch
        {
            >= (byte)'0' and <= (byte)'9' => c - '0',
            >= (byte)'a' and <= (byte)'f' => c - 'a' + 10,
            >= (byte)'A' and <= (byte)'F' => c - 'A' + 10,
            _ => -1,
        };
        if (digit >= 0)
        {
            _size = (_size << 4) | (uint)digit;
            return ++_digits <= 15 ? State.Size : State.Broken;
        }
        if (_digits == 0)
            return State.Broken;
        return c switch
        {
            (byte)'\r' => State.SizeFeed,
            (byte)';' => State.Extension,
            _ => State.Broken,
        };
    }

    private State NextOfExtension(byte c)
    {
        if (c == '\r')
            return State.SizeFeed;
        return IsText(c) && ++_lineLength <= HttpLimits.ChunkLineBytesMax ? State.Extension : State.Broken;
    }

    private State NextOfTrailerName(byte c, bool isFirst)
    {
        if (++_trailerLength > HttpLimits.TrailerBytesMax)
            return State.Broken;
        if (c == ':')
            return isFirst ? State.Broken : State.TrailerValue;
        return Octets.IsToken([c]) ? State.TrailerName : State.Broken;
    }

    private State NextOfTrailerValue(byte c)
    {
        if (c == '\r')
            return State.TrailerFeed;
        return IsText(c) && ++_trailerLength <= HttpLimits.TrailerBytesMax ? State.TrailerValue : State.Broken;
    }

    private static bool IsText(byte c) => c == '\t' || (c >= ' ' && c != 0x7F);
}
