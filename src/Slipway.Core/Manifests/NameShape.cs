namespace Slipway.Core.Manifests;

/// <summary>The character rules that the names share. Written by hand: a regular expression costs a start-up 20 ms.</summary>
internal static class NameShape
{
    /// <summary>A DNS label: a lower-case letter, then lower-case letters, digits and single hyphens, none at the end.</summary>
    public static bool IsLabel(string? text, int lengthMax)
    {
        if (string.IsNullOrEmpty(text) || text.Length > lengthMax || !char.IsAsciiLetterLower(text[0]) || text[^1] == '-')
            return false;
        for (var i = 1; i < text.Length; i++)
        {
            var c = text[i];
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && (c != '-' || text[i - 1] == '-'))
                return false;
        }
        return true;
    }

    /// <summary>Lower-case hexadecimal digits, exactly <paramref name="length"/> of them.</summary>
    public static bool IsHex(string? text, int length)
    {
        if (text is null || text.Length != length)
            return false;
        foreach (var c in text)
        {
            if (!char.IsAsciiHexDigitLower(c))
                return false;
        }
        return true;
    }
}
