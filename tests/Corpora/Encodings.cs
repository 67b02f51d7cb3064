using System.Globalization;
using System.Text;

namespace Slipway.Corpora;

/// <summary>The forms in which an attack travels; what an application, or what it asks, takes them for is the same.</summary>
internal static class Encodings
{
    /// <summary>A form: its name, the classes that it suits (empty for all), how the value is read, and how it is made.</summary>
    /// <param name="Name">As the figures call it.</param>
    /// <param name="Classes">The classes whose attacks survive in it; empty for all.</param>
    /// <param name="IsEscaped">Whether percent escapes are to be decoded.</param>
    /// <param name="Make">Makes the bytes that travel.</param>
    public sealed record Form(string Name, string[] Classes, bool IsEscaped, Func<string, byte[]> Make);

    private static readonly string[] s_all = [];
    private static readonly string[] s_spaced = ["sql"];
    private static readonly string[] s_caseless = ["sql", "xss", "header"];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Form> All { get; } =
    [
        new("plain", s_all, false, Bytes),
        new("percent", s_all, true, text => Bytes(Uri.EscapeDataString(text))),
        new("percent, every octet", s_all, true, text => Bytes(Percent(text, "%{0:X2}"))),
        new("percent, lower case", s_all, true, text => Bytes(Percent(text, "%{0:x2}"))),
        new("percent, twice", s_all, true, text => Bytes(Uri.EscapeDataString(Uri.EscapeDataString(text)))),
        new("percent, every octet twice", s_all, true, text => Bytes(Percent(text, "%25{0:x2}"))),
        new("percent, three times", s_all, true, text => Bytes(Uri.EscapeDataString(Uri.EscapeDataString(Uri.EscapeDataString(text))))),
        new("percent, every other octet", s_all, true, text => Bytes(string.Concat(Encoding.UTF8.GetBytes(text).Select((b, i) => i % 2 == 0 || b is (byte)'%' or (byte)'+' or >= 0x80 or < 0x21 ? string.Create(CultureInfo.InvariantCulture, $"%{b:x2}") : $"{(char)b}")))),
        new("plus for spaces", s_all, true, text => Bytes(Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal))),
        new("tab for space", s_spaced, true, text => Spaced(text, "%09")),
        new("line end for space", s_spaced, true, text => Spaced(text, "%0a")),
        new("carriage return and line end for space", s_spaced, true, text => Spaced(text, "%0d%0a")),
        new("vertical tab for space", s_spaced, true, text => Spaced(text, "%0b")),
        new("form feed for space", s_spaced, true, text => Spaced(text, "%0c")),
        new("no-break space for space", s_spaced, true, text => Spaced(text, "%a0")),
        new("comment for space", s_spaced, true, text => Spaced(text, "/**/")),
        new("comment with text for space", s_spaced, true, text => Spaced(text, "/*x%20y*/")),
        new("two spaces", s_spaced, true, text => Spaced(text, "%20%20")),
        new("upper case", s_caseless, true, text => Bytes(Uri.EscapeDataString(text.ToUpperInvariant()))),
        new("mixed case", s_caseless, true, text => Bytes(Uri.EscapeDataString(string.Concat(text.Select((c, i) => i % 2 == 0 ? char.ToUpperInvariant(c) : char.ToLowerInvariant(c)))))),
        new("NUL before", ["sql", "xss", "path", "command"], true, text => Bytes("%00" + Uri.EscapeDataString(text))),
        new("NUL behind", ["sql", "xss", "path", "command"], true, text => Bytes(Uri.EscapeDataString(text) + "%00")),
        new("overlong UTF-8", s_all, true, text => Bytes(string.Concat(text.Select(c => c is '.' or '/' or '\\' or '<' or '>' or '\'' or '"' or ';' or '|' ? string.Create(CultureInfo.InvariantCulture, $"%{0xC0 | (c >> 6):x2}%{0x80 | (c & 0x3F):x2}") : Uri.EscapeDataString($"{c}"))))),
        new("%u", s_all, true, text => Bytes(Percent16(text, "%u{0:x4}"))),
        new("\\u", s_all, true, text => Bytes(Uri.EscapeDataString(Percent16(text, "\\u{0:x4}")))),
        new("\\u of what is no letter", s_all, false, text => Bytes(string.Concat(text.Select(c => char.IsAsciiLetterOrDigit(c) ? $"{c}" : string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"))))),
        new("\\x", s_all, true, text => Bytes(Uri.EscapeDataString(Percent16(text, "\\x{0:x2}")))),
        new("full width", ["sql", "xss", "path"], true, text => Bytes(Uri.EscapeDataString(string.Concat(text.Select(c => c is > ' ' and <= '~' ? (char)(c + 0xFEE0) : c))))),
        new("full width of what is no letter", ["sql", "xss", "path"], true, text => Bytes(Uri.EscapeDataString(string.Concat(text.Select(c => c is > ' ' and <= '~' && !char.IsAsciiLetterOrDigit(c) ? (char)(c + 0xFEE0) : c))))),
        new("character references", ["xss"], false, text => Bytes(string.Concat(text.Select(c => string.Create(CultureInfo.InvariantCulture, $"&#{(int)c};"))))),
        new("hexadecimal character references", ["xss"], false, text => Bytes(string.Concat(text.Select(c => string.Create(CultureInfo.InvariantCulture, $"&#x{(int)c:x};"))))),
        new("white space before", ["sql", "xss", "path", "command"], true, text => Bytes("%20%09" + Uri.EscapeDataString(text))),
        new("behind a value", ["command", "header"], true, text => Bytes("value" + Uri.EscapeDataString(text))),
        new("Base64", s_all, true, text => Bytes(Convert.ToBase64String(Encoding.UTF8.GetBytes(text.PadRight(12))).Replace("+", "%2B", StringComparison.Ordinal))),
        new("Base64 for addresses", s_all, true, text => Bytes(System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text.PadRight(12))))),
        new("NULs between", ["xss"], true, text => Bytes(Uri.EscapeDataString(text).Replace("%3C", "%3C%00", StringComparison.Ordinal))),
    ];

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Spaced(string text, string space) => Bytes(Uri.EscapeDataString(text).Replace("%20", space, StringComparison.Ordinal));

    private static string Percent(string text, string form)
        => string.Concat(Encoding.UTF8.GetBytes(text).Select(octet => string.Format(CultureInfo.InvariantCulture, form, octet)));

    private static string Percent16(string text, string form)
        => string.Concat(text.Select(c => string.Format(CultureInfo.InvariantCulture, form, (int)c)));
}
