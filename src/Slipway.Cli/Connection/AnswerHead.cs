using System.Buffers.Text;
using System.Text;

namespace Slipway.Cli.Connection;

/// <summary>The head of an HTTP/1.1 answer (RFC 9112): what is needed to read its body, and the release that gave it.</summary>
internal readonly struct AnswerHead
{
    /// <summary>100 to 599.</summary>
    public required int Status { get; init; }

    /// <summary>The body's length in bytes; null when it is chunked or ends with the connection.</summary>
    public required long? ContentLength { get; init; }

    /// <summary>Whether the body comes in chunks.</summary>
    public required bool Chunked { get; init; }

    /// <summary>Whether the server closes the connection after the answer.</summary>
    public required bool Close { get; init; }

    /// <summary>Whether no body follows, whatever the header lines say.</summary>
    public bool Bodyless => Status is < 200 or 204 or 304;

    /// <summary>Reads a head, without its empty last line; throws <see cref="TornAnswerException"/> when it is no HTTP.</summary>
    public static AnswerHead Parse(ReadOnlySpan<byte> head)
    {
        var line = NextLine(ref head);
        if (line.Length < 12 || !line.StartsWith("HTTP/1."u8)
            || !Utf8Parser.TryParse(line[9..12], out int status, out var used) || used != 3)
            throw new TornAnswerException("The answer is not HTTP/1.1.", started: true);
        long? length = null;
        var chunked = false;
        var close = line[7] == (byte)'0';
        while (!head.IsEmpty)
        {
            line = NextLine(ref head);
            if (TryValue(line, "content-length"u8, out var value))
            {
                if (!Utf8Parser.TryParse(value, out long parsed, out used) || used != value.Length || parsed < 0)
                    throw new TornAnswerException("The answer's length is not a number.", started: true);
                length = parsed;
            }
            else if (TryValue(line, "transfer-encoding"u8, out value))
                chunked = EqualsIgnoreCase(value, "chunked"u8);
            else if (TryValue(line, "connection"u8, out value))
                close = EqualsIgnoreCase(value, "close"u8);
        }
        return new AnswerHead { Status = status, ContentLength = chunked ? null : length, Chunked = chunked, Close = close };
    }

    /// <summary>The value of a header line in a head; empty when there is none.</summary>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> head, scoped ReadOnlySpan<byte> lowerCaseName)
    {
        NextLine(ref head);
        while (!head.IsEmpty)
        {
            if (TryValue(NextLine(ref head), lowerCaseName, out var value))
                return value;
        }
        return default;
    }

    /// <summary>As <see cref="Find(ReadOnlySpan{byte}, ReadOnlySpan{byte})"/>, as text; null when there is none.</summary>
    public static string? FindText(ReadOnlySpan<byte> head, scoped ReadOnlySpan<byte> lowerCaseName)
    {
        var value = Find(head, lowerCaseName);
        return value.IsEmpty ? null : Encoding.ASCII.GetString(value);
    }

    private static ReadOnlySpan<byte> NextLine(scoped ref ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOf("\r\n"u8);
        var line = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 2)..];
        return line;
    }

    private static bool TryValue(ReadOnlySpan<byte> line, scoped ReadOnlySpan<byte> lowerCaseName, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (line.Length <= lowerCaseName.Length || line[lowerCaseName.Length] != (byte)':'
            || !EqualsIgnoreCase(line[..lowerCaseName.Length], lowerCaseName))
            return false;
        value = line[(lowerCaseName.Length + 1)..].Trim((byte)' ');
        return true;
    }

    private static bool EqualsIgnoreCase(ReadOnlySpan<byte> text, ReadOnlySpan<byte> lowerCase)
    {
        if (text.Length != lowerCase.Length)
            return false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if ((c is >= (byte)'A' and <= (byte)'Z' ? c | 0x20 : c) != lowerCase[i])
                return false;
        }
        return true;
    }
}
