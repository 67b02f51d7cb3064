using Slipway.Gateway.Http;

namespace Slipway.Gateway.Validation;

/// <summary>A part of a multipart body.</summary>
internal readonly ref struct MultipartPart
{
    /// <summary>The name that its field gives it; empty when none.</summary>
    public ReadOnlySpan<byte> Name { get; init; }

    /// <summary>The name of its file; empty when it is no file.</summary>
    public ReadOnlySpan<byte> FileName { get; init; }

    /// <summary>What it holds.</summary>
    public ReadOnlySpan<byte> Content { get; init; }
}

/// <summary>Takes a body of multipart/form-data apart (RFC 7578, RFC 2046), leniently: a part that another reader might see is seen.</summary>
internal ref struct MultipartReader(ReadOnlySpan<byte> body, ReadOnlySpan<byte> boundary)
{
    private readonly ReadOnlySpan<byte> _boundary = boundary;
    private ReadOnlySpan<byte> _rest = body;

    /// <summary>The boundary that Content-Type names, with its two dashes; false when it names none.</summary>
    public static bool TryBoundary(ReadOnlySpan<byte> type, out ReadOnlySpan<byte> boundary)
    {
        boundary = Parameter(type, "boundary"u8);
        if (boundary.Length is 0 or > 200)
            return false;
        boundary = (byte[])[.. "--"u8, .. boundary];
        return true;
    }

    /// <summary>Reads the next part; false at the end.</summary>
    public bool Read(out MultipartPart part)
    {
        part = default;
        var at = _rest.IndexOf(_boundary);
        if (at < 0)
            return false;
        var inside = _rest[(at + _boundary.Length)..];
        if (inside.StartsWith("--"u8))
            return false;
        var lineEnd = inside.IndexOf((byte)'\n');
        if (lineEnd < 0)
            return false;
        inside = inside[(lineEnd + 1)..];
        var end = inside.IndexOf(_boundary);
        _rest = end < 0 ? [] : inside[end..];
        var whole = end < 0 ? inside : inside[..end];
        var (headEnd, contentAt) = HeadEnd(whole);
        var head = whole[..headEnd];
        part = new()
        {
            Name = Parameter(head, "name"u8),
            FileName = Parameter(head, "filename"u8) is { IsEmpty: false } plain ? plain : Parameter(head, "filename*"u8),
            Content = whole[contentAt..].TrimEnd("\r\n"u8),
        };
        return true;
    }

    private static (int End, int Content) HeadEnd(ReadOnlySpan<byte> part)
    {
        var at = part.IndexOf("\r\n\r\n"u8);
        if (at >= 0)
            return (at, at + 4);
        at = part.IndexOf("\n\n"u8);
        return at < 0 ? (part.Length, part.Length) : (at, at + 2);
    }

    // ; name=value or ; name="value", where a backslash keeps a quote from ending it.
    private static ReadOnlySpan<byte> Parameter(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name)
    {
        for (var at = 0; at < text.Length;)
        {
            var semicolon = text[at..].IndexOf((byte)';');
            if (semicolon < 0)
                return default;
            at += semicolon + 1;
            var rest = text[at..].TrimStart(" \t"u8);
            var equals = rest.IndexOf((byte)'=');
            if (equals < 0)
                return default;
            if (!Octets.Same(Octets.Trim(rest[..equals]), name))
                continue;
            var value = rest[(equals + 1)..].TrimStart(" \t"u8);
            if (value is not [(byte)'"', ..])
                return value[..(value.IndexOfAny(";\r\n"u8) is >= 0 and var end ? end : value.Length)].TrimEnd(" \t"u8);
            for (var i = 1; i < value.Length; i++)
            {
                if (value[i] == '\\')
                    i++;
                else if (value[i] == '"')
                    return value[1..i];
            }
            return value[1..];
        }
        return default;
    }
}
