using System.Text;

namespace Slipway.Gateway.Http;

/// <summary>The character classes of RFC 9110, section 5.6.</summary>
internal static class Octets
{
    private static readonly bool[] s_token = Table("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);
    private static readonly bool[] s_host = Table("-._~!$&'()*+,;=:[]%0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>Whether it is a token: at least one character, all of them of a method's or a field name's class.</summary>
    public static bool IsToken(ReadOnlySpan<byte> text) => !text.IsEmpty && All(text, s_token);

    /// <summary>Whether every character may stand in a host with a port.</summary>
    public static bool IsHost(ReadOnlySpan<byte> text) => All(text, s_host);

    /// <summary>Whether two texts are the same in ASCII, whatever their case.</summary>
    public static bool Same(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other) => Ascii.EqualsIgnoreCase(one, other);

    /// <summary>Whether it is visible ASCII throughout.</summary>
    public static bool IsVisible(ReadOnlySpan<byte> text) => text.IndexOfAnyExceptInRange((byte)0x21, (byte)0x7E) < 0;

    /// <summary>Takes spaces and tabs off both ends.</summary>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text)
    {
        while (text is [(byte)' ' or (byte)'\t', ..])
            text = text[1..];
        while (text is [.., (byte)' ' or (byte)'\t'])
            text = text[..^1];
        return text;
    }

    /// <summary>Whether an item stands in a list parted by commas, whatever its case (RFC 9110, section 5.6.1).</summary>
    public static bool HasItem(ReadOnlySpan<byte> list, ReadOnlySpan<byte> item)
    {
        foreach (var range in list.Split((byte)','))
        {
            if (Same(Trim(list[range]), item))
                return true;
        }
        return false;
    }

    /// <summary>Reads a length: 1 to 18 digits and nothing else, so that it can neither overflow nor be read in two ways.</summary>
    public static bool TryLength(ReadOnlySpan<byte> text, out long length)
    {
        length = 0;
        if (text.Length is 0 or > 18)
            return false;
        foreach (var c in text)
        {
            if (c is < (byte)'0' or > (byte)'9')
                return false;
            length = length * 10 + (c - '0');
        }
        return true;
    }

    private static bool All(ReadOnlySpan<byte> text, bool[] table)
    {
        foreach (var c in text)
        {
            if (!table[c])
                return false;
        }
        return true;
    }

    private static bool[] Table(ReadOnlySpan<byte> members)
    {
        var table = new bool[256];
        foreach (var c in members)
            table[c] = true;
        return table;
    }
}
