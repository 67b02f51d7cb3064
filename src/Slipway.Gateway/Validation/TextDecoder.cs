using System.Globalization;
using System.Text;

namespace Slipway.Gateway.Validation;

/// <summary>
/// Reads bytes as the most lenient application would: percent escapes, UTF-8 with its overlong forms, characters that databases
/// and file systems take for ASCII ones; in lower case, since no rule tells cases apart.
/// </summary>
internal static class TextDecoder
{
    /// <summary>Decodes one layer.</summary>
    /// <param name="raw">As it stands in the request.</param>
    /// <param name="hasEscapes">Whether percent escapes are decoded, as in a path, a query and a form.</param>
    /// <param name="plusIsSpace">Whether a plus sign is a space, as in a query and a form.</param>
    /// <param name="text">At least as long as <paramref name="raw"/>.</param>
    /// <returns>How many characters were written.</returns>
    public static int Decode(ReadOnlySpan<byte> raw, bool hasEscapes, bool plusIsSpace, Span<char> text)
    {
        if (Ascii.IsValid(raw) && !(hasEscapes && raw.Contains((byte)'%')))
        {
            Ascii.ToLower(raw, text, out var count);
            if (plusIsSpace)
                text[..count].Replace('+', ' ');
            return count;
        }
        var (at, length) = (0, 0);
        while (at < raw.Length)
            text[length++] = Fold(Rune(raw, hasEscapes, plusIsSpace, ref at));
        return length;
    }

    /// <summary>
    /// Decodes in place what is still escaped: percent escapes, <c>%u002e</c>, <c>\u002e</c>, <c>\x2e</c>. False when there is nothing.
    /// </summary>
    public static bool DecodeAgain(Span<char> text, ref int length)
    {
        if (text[..length].IndexOfAny('%', '\\') < 0)
            return false;
        var (from, to) = (0, 0);
        while (from < length)
        {
            var c = text[from];
            if (c is '%' or '\\' && TryEscape(text[from..length], out var value, out var used))
            {
                text[to++] = Fold(value);
                from += used;
                // An overlong form in a layer of its own: %25c0%25af.
                if (to >= 2 && text[to - 2] is '\u00C0' or '\u00C1' && text[to - 1] is >= '\u0080' and <= '\u00BF')
                {
                    text[to - 2] = Fold((text[to - 2] & 1) << 6 | (text[to - 1] & 0x3F));
                    to--;
                }
            }
            else
            {
                text[to++] = c;
                from++;
            }
        }
        var isChanged = to != length;
        length = to;
        return isChanged;
    }

    private static bool TryEscape(ReadOnlySpan<char> text, out char value, out int used)
    {
        (value, used) = ('\0', 0);
        if (text.Length < 3)
            return false;
        var (at, digits) = text[0] == '%' ? (text[1] == 'u' ? (2, 4) : (1, 2)) : text[1] switch { 'u' => (2, 4), 'x' => (2, 2), _ => (0, 0) };
        if (digits == 0 || text.Length < at + digits || !ushort.TryParse(text.Slice(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            return false;
        (value, used) = ((char)code, at + digits);
        return true;
    }

    // One character; bytes that are no UTF-8 stand for themselves, and overlong forms for what they hide.
    private static int Rune(ReadOnlySpan<byte> raw, bool hasEscapes, bool plusIsSpace, ref int at)
    {
        var first = Octet(raw, hasEscapes, plusIsSpace, ref at);
        var more = first switch { >= 0xC0 and < 0xE0 => 1, >= 0xE0 and < 0xF0 => 2, >= 0xF0 and < 0xF8 => 3, _ => 0 };
        if (more == 0)
            return first;
        var (value, back) = (first & (0x3F >> more), at);
        for (var i = 0; i < more; i++)
        {
            if (at >= raw.Length)
            {
                at = back;
                return first;
            }
            var next = Octet(raw, hasEscapes, plusIsSpace: false, ref at);
            if ((next & 0xC0) != 0x80)
            {
                // %c0%2f is a slash to some.
                if (i == 0 && first is 0xC0 or 0xC1 && next < 0x80)
                    return next;
                at = back;
                return first;
            }
            value = (value << 6) | (next & 0x3F);
        }
        return value;
    }

    private static int Octet(ReadOnlySpan<byte> raw, bool hasEscapes, bool plusIsSpace, ref int at)
    {
        var c = raw[at++];
        if (c == '+' && plusIsSpace)
            return ' ';
        if (c != '%' || !hasEscapes || at + 1 >= raw.Length)
            return c;
        var (high, low) = (HexOf(raw[at]), HexOf(raw[at + 1]));
        if (high < 0 || low < 0)
            return c;
        at += 2;
        return (high << 4) | low;
    }

    private static int HexOf(byte c) => c switch
    {
        >= (byte)'0' and <= (byte)'9' => c - '0',
        >= (byte)'a' and <= (byte)'f' => c - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => c - 'A' + 10,
        _ => -1,
    };

    private static char Fold(int value) => value switch
    {
        >= 'A' and <= 'Z' => (char)(value | 0x20),
        // The full-width forms of ASCII.
        >= 0xFF21 and <= 0xFF3A => (char)(value - 0xFEE0 + 0x20),
        >= 0xFF01 and <= 0xFF5E => (char)(value - 0xFEE0),
        0x2024 or 0x3002 => '.',
        0x2044 or 0x2215 or 0x29F8 => '/',
        0x2216 or 0x29F5 or 0xFE68 => '\\',
        0x02B9 or 0x02BC or 0x2032 or 0xFE10 => '\'',
        0x2039 or 0xFE64 or 0x3008 => '<',
        0x203A or 0xFE65 or 0x3009 => '>',
        // What no character of 16 bits holds is a letter to the rules.
        > char.MaxValue => '\uFFFD',
        _ => (char)value,
    };
}
