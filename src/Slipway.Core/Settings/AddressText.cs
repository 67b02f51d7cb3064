using System.Globalization;
using System.Net;

namespace Slipway.Core.Settings;

/// <summary>URLs, hosts and ports. Not System.Uri, which takes more than people mean and costs a start-up 10 ms.</summary>
internal static class AddressText
{
    /// <summary>
    /// Whether it is a scheme, <c>://</c> and something after it, without spaces; <c>http</c> and <c>https</c> need a host, and a
    /// port that is one where they have any.
    /// </summary>
    public static bool IsUrl(string text)
    {
        var colon = text.IndexOf("://", StringComparison.Ordinal);
        if (colon < 1 || colon + 3 == text.Length || !char.IsAsciiLetter(text[0]))
            return false;
        if (text.AsSpan(0, colon) is var scheme && (scheme.Equals("http", StringComparison.OrdinalIgnoreCase) || scheme.Equals("https", StringComparison.OrdinalIgnoreCase))
            && !HasHost(text.AsSpan(colon + 3)))
            return false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] <= ' ' || (i < colon && !char.IsAsciiLetterOrDigit(text[i]) && text[i] is not ('+' or '-' or '.')))
                return false;
        }
        return true;
    }

    // Names are not looked at closely: they may be written in any alphabet, or stand for every address, as * and + do.
    private static bool HasHost(ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOfAny('/', '?', '#');
        var authority = end < 0 ? rest : rest[..end];
        authority = authority[(authority.LastIndexOf('@') + 1)..];
        if (authority.Length > 0 && authority[0] == '[')
            return IsHostAndPort(authority);
        var colon = authority.IndexOf(':');
        return colon < 0 ? authority.Length > 0 : colon > 0 && IsPort(authority[(colon + 1)..]);
    }

    /// <summary>Whether it is a host name (RFC 1123, underscores allowed, as container networks have them) or an IP address, IPv6 with or without brackets.</summary>
    public static bool IsHost(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > 253)
            return false;
        if (text.Contains(':'))
            return IPAddress.TryParse(text is ['[', .. var inner, ']'] ? inner : text, out _);
        var label = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '.' || (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')))
            {
                // A dot at the very end is the root.
                if (c != '.' || label == 0 || text[i - 1] == '-')
                    return false;
                label = 0;
            }
            else if (++label > 63 || (label == 1 && c == '-'))
            {
                return false;
            }
        }
        return text[^1] != '-' && (!EndsInNumber(text) || (text.Count('.') == 3 && IPAddress.TryParse(text, out _)));
    }

    // Such a name is no name: it is read as an IPv4 address, and then must be a whole one.
    private static bool EndsInNumber(ReadOnlySpan<char> text)
    {
        var last = text[(text.LastIndexOf('.') + 1)..];
        return last.Length > 0 && !last.ContainsAnyExceptInRange('0', '9');
    }

    /// <summary>Whether it is a port, 1 to 65535.</summary>
    public static bool IsPort(ReadOnlySpan<char> text)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535;

    /// <summary>Whether it is a host, or a host with a port: <c>db</c>, <c>db:5432</c>, <c>[::1]:5432</c>.</summary>
    public static bool IsHostAndPort(ReadOnlySpan<char> text)
    {
        var colon = text.LastIndexOf(':');
        // An IPv6 address without brackets has several, and then no port.
        if (colon < 0 || (text[0] == '[' ? text[^1] == ']' : text[..colon].Contains(':')))
            return IsHost(text);
        return IsHost(text[..colon]) && IsPort(text[(colon + 1)..]);
    }
}
