using System.Globalization;

namespace Slipway.Gateway.Validation;

/// <summary>Character references of HTML, as a browser reads them in an attribute.</summary>
internal static class Entities
{
    private static readonly (string Name, char Value)[] s_names =
    [
        ("colon", ':'), ("lpar", '('), ("rpar", ')'), ("tab", '\t'), ("newline", '\n'), ("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\''), ("sol", '/'), ("period", '.'), ("grave", '`'),
    ];

    /// <summary>Replaces references by what they stand for and leaves out what browsers skip within an address: tabs, line ends, NULs.</summary>
    /// <returns>How much was written; never more than was read.</returns>
    public static int Decode(ReadOnlySpan<char> text, Span<char> plain)
    {
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '&' && TryRead(text[(i + 1)..], out var value, out var used))
            {
                c = value;
                i += used;
            }
            if (c is not ('\t' or '\n' or '\r' or '\0'))
                plain[length++] = char.ToLowerInvariant(c);
        }
        return length;
    }

    private static bool TryRead(ReadOnlySpan<char> text, out char value, out int used)
    {
        (value, used) = ('\0', 0);
        if (text is ['#', ..])
        {
            var isHex = text is ['#', 'x', ..];
            var from = isHex ? 2 : 1;
            var end = from;
            while (end < text.Length && end - from < 8 && (isHex ? char.IsAsciiHexDigit(text[end]) : char.IsAsciiDigit(text[end])))
                end++;
            if (end == from || !uint.TryParse(text[from..end], isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out var code) || code > char.MaxValue)
                return false;
            (value, used) = ((char)code, end < text.Length && text[end] == ';' ? end + 1 : end);
            return true;
        }
        foreach (var (name, stands) in s_names)
        {
            if (text.StartsWith(name) && text.Length > name.Length && text[name.Length] == ';')
            {
                (value, used) = (stands, name.Length + 1);
                return true;
            }
        }
        return false;
    }
}
