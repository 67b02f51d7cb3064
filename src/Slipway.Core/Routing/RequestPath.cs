namespace Slipway.Core.Routing;

/// <summary>
/// Brings the path of a request into its one normal form (RFC 3986, section 6.2.2), so that the gateway routes on exactly
/// what it forwards: unreserved characters are not percent-encoded, hexadecimal digits are upper-case, and there are no
/// dot segments. Encoded slashes stay encoded and empty segments stay, since both mean something to some applications.
/// </summary>
public static class RequestPath
{
    /// <summary>Whether a path, which starts with <c>/</c>, is already in its normal form; the cheap and usual case.</summary>
    public static bool IsNormal(ReadOnlySpan<byte> path)
        => path.IndexOfAny((byte)'%', (byte)'\\') < 0 && path.IndexOf("/."u8) < 0;

    /// <summary>
    /// Writes the normal form of a path. False when it has none: it does not start with <c>/</c>, an escape is broken or
    /// hides a NUL, it holds a backslash, or it climbs above its root.
    /// </summary>
    /// <param name="path">The path as received, without the query.</param>
    /// <param name="normal">Where to write; at least as long as the path.</param>
    /// <param name="length">How much was written.</param>
    public static bool TryNormalise(ReadOnlySpan<byte> path, Span<byte> normal, out int length)
    {
        length = 0;
        if (path.IsEmpty || path[0] != '/' || !TryDecodeUnreserved(path, normal, out var decoded))
            return false;
        return TryRemoveDotSegments(normal[..decoded], out length);
    }

    private static bool TryDecodeUnreserved(ReadOnlySpan<byte> path, Span<byte> target, out int length)
    {
        length = 0;
        for (var i = 0; i < path.Length; i++)
        {
            var c = path[i];
            if (c == '\\')
                return false;
            if (c != '%')
            {
                target[length++] = c;
                continue;
            }
            if (i + 2 >= path.Length || !TryHex(path[i + 1], out var high) || !TryHex(path[i + 2], out var low))
                return false;
            var value = (byte)((high << 4) | low);
            if (value == 0)
                return false;
            if (IsUnreserved(value))
            {
                target[length++] = value;
            }
            else
            {
                target[length++] = (byte)'%';
                target[length++] = UpperHex(high);
                target[length++] = UpperHex(low);
            }
            i += 2;
        }
        return true;
    }

    /// <summary>Removes the segments <c>.</c> and <c>..</c> in place; false when one climbs above the root.</summary>
    private static bool TryRemoveDotSegments(Span<byte> path, out int length)
    {
        length = 0;
        var read = 0;
        while (read < path.Length)
        {
            // read stands on a slash; the segment runs to the next one.
            var next = path[(read + 1)..].IndexOf((byte)'/');
            var end = next < 0 ? path.Length : read + 1 + next;
            var segment = path[(read + 1)..end];
            var isLast = end == path.Length;
            if (segment is [(byte)'.', (byte)'.'])
            {
                if (length == 0)
                    return false;
                length = path[..length].LastIndexOf((byte)'/');
                if (isLast)
                    path[length++] = (byte)'/';
            }
            else if (segment is [(byte)'.'])
            {
                if (isLast)
                    path[length++] = (byte)'/';
            }
            else
            {
                path[read..end].CopyTo(path[length..]);
                length += end - read;
            }
            read = end;
        }
        return true;
    }

    private static bool IsUnreserved(byte c)
        => char.IsAsciiLetterOrDigit((char)c) || c is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~';

    private static bool TryHex(byte c, out int value)
    {
        value = c switch
        {
            >= (byte)'0' and <= (byte)'9' => c - '0',
            >= (byte)'a' and <= (byte)'f' => c - 'a' + 10,
            >= (byte)'A' and <= (byte)'F' => c - 'A' + 10,
            _ => -1,
        };
        return value >= 0;
    }

    private static byte UpperHex(int digit) => (byte)(digit < 10 ? '0' + digit : 'A' + digit - 10);
}
