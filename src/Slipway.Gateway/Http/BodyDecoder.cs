namespace Slipway.Gateway.Http;

/// <summary>How a body is delimited.</summary>
internal enum BodyFraming
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>By its length.</summary>
    Length,

    /// <summary>By chunks.</summary>
    Chunked,

    /// <summary>By the end of the connection; only for answers.</summary>
    UntilClose,
}

/// <summary>Takes a body out of the bytes that come in, and knows where it ends.</summary>
internal sealed class BodyDecoder
{
    private readonly ChunkedDecoder _chunks = new();
    private long _remaining;
    private volatile bool _isDone;

    /// <summary>How the body is delimited.</summary>
    public BodyFraming Framing { get; private set; }

    /// <summary>Whether the whole body has been taken. May be asked from any thread.</summary>
    public bool IsDone => _isDone;

    /// <summary>Whether the body is not what its framing promises; nothing after it can be trusted.</summary>
    public bool IsBroken => _chunks.IsBroken;

    /// <summary>How much is to come, in bytes, where that is known; otherwise a large number.</summary>
    public long Remaining => Framing == BodyFraming.Length ? _remaining : long.MaxValue;

    /// <summary>The lines of its trailers, each with its end; empty when there are none or they are not kept.</summary>
    public ReadOnlySpan<byte> Trailers => Framing == BodyFraming.Chunked ? _chunks.Trailers : default;

    /// <summary>Begins a body.</summary>
    /// <param name="framing">How it is delimited.</param>
    /// <param name="length">How long it is, in bytes, where that is known.</param>
    /// <param name="keepsTrailers">Whether its trailers are kept.</param>
    public void Begin(BodyFraming framing, long length, bool keepsTrailers = false)
    {
        Framing = framing;
        _remaining = length;
        _chunks.Begin(keepsTrailers);
        _isDone = framing == BodyFraming.None || (framing == BodyFraming.Length && length == 0);
    }

    /// <summary>How much of what came in is body that can be passed on as it is; for every framing but chunks.</summary>
    public int TakePlain(int available)
    {
        if (Framing == BodyFraming.UntilClose)
            return available;
        var count = (int)Math.Min(available, _remaining);
        _remaining -= count;
        _isDone = _remaining == 0;
        return count;
    }

    /// <summary>Copies body out of what came in, whatever the framing.</summary>
    /// <param name="input">What came in.</param>
    /// <param name="output">Where to copy to.</param>
    /// <param name="consumed">How much of the input is done with.</param>
    /// <returns>How much was copied, in bytes.</returns>
    public int Copy(ReadOnlySpan<byte> input, Span<byte> output, out int consumed)
    {
        if (Framing == BodyFraming.Chunked)
        {
            var copied = _chunks.Decode(input, output, out consumed);
            _isDone = _chunks.IsDone;
            return copied;
        }
        consumed = TakePlain(Math.Min(input.Length, output.Length));
        input[..consumed].CopyTo(output);
        return consumed;
    }

    /// <summary>Says that the connection has ended; true when that is a proper end of the body.</summary>
    public bool TryEnd()
    {
        if (Framing == BodyFraming.UntilClose)
            _isDone = true;
        return _isDone;
    }
}
