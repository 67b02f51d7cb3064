using System.Buffers.Text;
using Slipway.Gateway.Http;

namespace Slipway.Gateway.Proxying;

/// <summary>The identity of a request: the client's own where it gave a sound one, otherwise a new one.</summary>
internal sealed class RequestId
{
    private const int LengthMax = 128;

    private static readonly ulong s_start = (ulong)Random.Shared.NextInt64();
    private static long s_count;

    private readonly byte[] _text = new byte[LengthMax];
    private int _length;

    /// <summary>The id.</summary>
    public ReadOnlySpan<byte> Text => _text.AsSpan(0, _length);

    /// <summary>Takes a client's id, or makes one when it is empty, too long, or more than plain text: it ends up in logs.</summary>
    public void Set(ReadOnlySpan<byte> given)
    {
        if (given.IsEmpty || given.Length > LengthMax || !IsPlain(given))
        {
            Make();
            return;
        }
        given.CopyTo(_text);
        _length = given.Length;
    }

    /// <summary>Makes a new one: 16 digits of this process, 16 of the request.</summary>
    public void Make()
    {
        Utf8Formatter.TryFormat(s_start, _text, out _, new('x', 16));
        // Multiplying by an odd constant spreads consecutive counts and never makes two the same.
        var spread = (ulong)Interlocked.Increment(ref s_count) * 0x9E3779B97F4A7C15ul;
        Utf8Formatter.TryFormat(spread, _text.AsSpan(16), out _, new('x', 16));
        _length = 32;
    }

    private static bool IsPlain(ReadOnlySpan<byte> text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit((char)c) && c is not ((byte)'-' or (byte)'_' or (byte)'.' or (byte)':' or (byte)'/' or (byte)'+' or (byte)'='))
                return false;
        }
        return Octets.IsVisible(text);
    }
}
