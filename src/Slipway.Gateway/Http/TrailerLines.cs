using Slipway.Gateway.Wires;

namespace Slipway.Gateway.Http;

/// <summary>
/// The fields behind a body (RFC 9110, section 6.5). They were checked as they came; what says how a message is framed, routed, read or
/// kept has no business there and goes no further.
/// </summary>
internal static class TrailerLines
{
    /// <summary>Takes the next field that may be passed on; false at the end.</summary>
    /// <param name="lines">The lines, each with its end; those that were taken are gone.</param>
    /// <param name="name">The field's name.</param>
    /// <param name="value">Its value, without the space around it.</param>
    public static bool TryNext(ref ReadOnlySpan<byte> lines, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        while (!lines.IsEmpty)
        {
            var end = lines.IndexOf("\r\n"u8);
            var line = lines[..end];
            lines = lines[(end + 2)..];
            var colon = line.IndexOf((byte)':');
            name = line[..colon];
            value = Octets.Trim(line[(colon + 1)..]);
            if (IsPassable(name))
                return true;
        }
        name = value = default;
        return false;
    }

    /// <summary>Writes those that may be passed on.</summary>
    public static void Write(WriteBuffer output, ReadOnlySpan<byte> lines)
    {
        while (TryNext(ref lines, out var name, out var value))
            output.AppendField(name, value);
    }

    private static bool IsPassable(ReadOnlySpan<byte> name)
        => FieldKinds.Of(name) == FieldKind.Other
            && !(name.Length > 8 && Octets.Same(name[..8], "content-"u8))
            && !Octets.Same(name, "set-cookie"u8) && !Octets.Same(name, "cache-control"u8) && !Octets.Same(name, "location"u8)
            && !Octets.Same(name, "www-authenticate"u8);
}
