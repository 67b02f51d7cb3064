using System.Buffers;

namespace Slipway.Gateway.Validation;

/// <summary>Whether a value would add a field to an answer, or a second answer, where an application puts it into a field; or to a mail.</summary>
internal static class FieldRules
{
    private static readonly SearchValues<string> s_answers = SearchValues.Create(
        ["set-cookie:", "content-length:", "transfer-encoding:", "access-control-", "http/1.", "http/2", "x-xss-protection:", "content-security-policy:", "location: http", "location:http", "location: /", "location:/",
            "refresh:", "x-forwarded-", "last-modified:", "content-encoding:", "content-type: text/html", "content-type:text/html", "<script", "<html", "<svg", "rcpt to:", "mail from:"],
        StringComparison.Ordinal);

    private static readonly SearchValues<string> s_fields = SearchValues.Create(
        ["host:", "bcc:", "cc:", "to:", "from:", "subject:", "content-type:", "x-", "cookie:", "referer:", "user-agent:", "mime-version:", "reply-to:", "etag:", "authorization:", "connection:", "quit\r", "quit\n"],
        StringComparison.Ordinal);

    private static readonly SearchValues<string> s_mail = SearchValues.Create(
        ["bcc:", "cc:", "to:", "subject:", "reply-to:", "content-type:", "mime-version:"], StringComparison.Ordinal);

    // The last two are line ends to who keeps the lower eight bits of a character.
    private const string LineEnds = "\r\n\u560A\u560D";

    /// <summary>Judges a value in lower case.</summary>
    /// <param name="text">The value.</param>
    /// <param name="hasLines">Whether it may well have lines, as a text of a body does.</param>
    public static Finding Judge(ReadOnlySpan<char> text, bool hasLines)
    {
        var found = Finding.Nothing;
        for (var at = text.IndexOfAny(LineEnds); at >= 0 && !found.IsAttack;)
        {
            var line = text[at..].TrimStart("\r\n\t \u560A\u560D");
            var begins = text.Length - line.Length;
            if (StartsWithAny(line, s_answers) && (!hasLines || begins < 64))
                found = Header(6, "a field of an answer behind a line end");
            else if (!hasLines && !text[..at].Contains(' ') && StartsWithAny(line, s_fields))
                found = Header(5, "a field behind a line end");
            else if (hasLines && IsAddress(text[..at]) && StartsWithAny(line, s_mail))
                found = Header(5, "a field of a mail behind an address");
            var next = line.IndexOfAny(LineEnds);
            at = next < 0 ? -1 : begins + next;
        }
        return found;
    }

    // Nothing else: a mail that is quoted has its own lines before.
    private static bool IsAddress(ReadOnlySpan<char> text) => text.IndexOf('@') > 0 && text.IndexOfAny(" \t\r\n:") < 0;

    private static bool StartsWithAny(ReadOnlySpan<char> line, SearchValues<string> starts) => line[..Math.Min(line.Length, 40)].IndexOfAny(starts) == 0;

    private static Finding Header(int score, string rule) => new(AttackClass.HeaderInjection, score, rule);
}
