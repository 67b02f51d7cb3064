using System.Buffers.Text;
using Slipway.Gateway.Wires;

namespace Slipway.Gateway.Forwarding;

/// <summary>The trace that a request belongs to (W3C Trace Context, level 1, section 3.2): the client's where it is sound, else a new one.</summary>
internal static class TraceContext
{
    private const int Length = 55;

    /// <summary>Whether it is a traceparent of version 00 with ids that are not zero. Others are not passed on.</summary>
    public static bool IsSound(ReadOnlySpan<byte> text)
        => text.Length == Length && text.StartsWith("00-"u8) && text[35] == '-' && text[52] == '-'
            && IsId(text.Slice(3, 32)) && IsId(text.Slice(36, 16)) && IsHex(text[53..]);

    /// <summary>Writes one that begins here. The request's id is the trace's where it has the shape of one.</summary>
    public static void WriteNew(WriteBuffer output, ReadOnlySpan<byte> requestId)
    {
        output.Append("traceparent: 00-"u8);
        if (requestId.Length == 32 && IsId(requestId))
        {
            output.Append(requestId);
        }
        else
        {
            AppendRandom(output);
            AppendRandom(output);
        }
        output.Append("-"u8);
        AppendRandom(output);
        output.Append("-00\r\n"u8);
    }

    private static void AppendRandom(WriteBuffer output)
    {
        output.Reserve(16);
        Utf8Formatter.TryFormat((ulong)Random.Shared.NextInt64(1, long.MaxValue), output.Space, out var count, new('x', 16));
        output.Filled(count);
    }

    private static bool IsId(ReadOnlySpan<byte> text) => IsHex(text) && text.ContainsAnyExcept((byte)'0');

    private static bool IsHex(ReadOnlySpan<byte> text)
    {
        foreach (var c in text)
        {
            if (c is not (>= (byte)'0' and <= (byte)'9' or >= (byte)'a' and <= (byte)'f'))
                return false;
        }
        return true;
    }
}
