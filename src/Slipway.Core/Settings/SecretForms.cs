using System.Text;
using System.Text.Encodings.Web;

namespace Slipway.Core.Settings;

/// <summary>The forms in which a secret may turn up in text.</summary>
internal static class SecretForms
{
    /// <summary>Values shorter than this are not looked for.</summary>
    public const int LengthMin = 4;

    // A shorter line of a key or a shorter piece of base64 might be an ordinary word.
    private const int LineLengthMin = 8;
    private const int PieceLengthMin = 6;

    /// <summary>Every form of a value; none when it is too short.</summary>
    public static IEnumerable<string> Of(string value)
    {
        var parts = new List<string> { value };
        parts.AddRange(ConnectionString.SecretsIn(value));
        if (value.Contains('\n', StringComparison.Ordinal) || value.Contains("\\n", StringComparison.Ordinal))
            parts.AddRange(value.Replace("\\n", "\n", StringComparison.Ordinal).Split('\n', StringSplitOptions.TrimEntries).Where(line => line.Length >= LineLengthMin && !line.StartsWith("-----", StringComparison.Ordinal)));
        return parts.Distinct(StringComparer.Ordinal).Where(part => part.Length >= LengthMin).SelectMany(Encoded);
    }

    private static IEnumerable<string> Encoded(string value)
    {
        yield return value;
        // RFC 3986, with digits of either case; forms write a space as a plus; some encoders leave the marks !'()* alone.
        var url = Uri.EscapeDataString(value);
        foreach (var form in (string[])[url, url.Replace("%20", "+", StringComparison.Ordinal), UrlEncoder.Default.Encode(value), System.Net.WebUtility.UrlEncode(value)])
        {
            yield return form;
            yield return LowerDigits(form);
        }
        foreach (var json in (string[])[JavaScriptEncoder.Default.Encode(value), JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(value), Slashes(value)])
        {
            yield return json;
            yield return JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(json);
            yield return json.Replace("/", "\\/", StringComparison.Ordinal);
            yield return LowerEscapes(json);
        }
        yield return HtmlEncoder.Default.Encode(value);
        yield return System.Net.WebUtility.HtmlEncode(value);
        var bytes = Encoding.UTF8.GetBytes(value);
        yield return Convert.ToHexStringLower(bytes);
        yield return Convert.ToHexString(bytes);
        for (var shift = 0; shift < 3; shift++)
        {
            if (Base64(bytes, shift) is { } piece)
            {
                yield return piece;
                yield return piece.Replace('+', '-').Replace('/', '_');
            }
        }
    }

    /// <summary>What of the base64 of a longer text is the value's alone, when so many bytes stand before it; null when that is too little.</summary>
    private static string? Base64(byte[] bytes, int shift)
    {
        var whole = Convert.ToBase64String([.. new byte[shift], .. bytes]).TrimEnd('=');
        var first = shift == 0 ? 0 : shift + 1;
        var last = whole.Length - ((shift + bytes.Length) % 3 == 0 ? 0 : 1);
        return last - first >= PieceLengthMin ? whole[first..last] : null;
    }

    private static string Slashes(string value)
        => value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)
            .Replace("\r", "\\r", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal);

    private static string LowerDigits(string text) => Lowered(text, '%', 0, 2);

    private static string LowerEscapes(string text) => Lowered(text, 'u', 1, 4);

    /// <summary>The text with the hexadecimal digits after a mark in lower case.</summary>
    private static string Lowered(string text, char mark, int backslashes, int digits)
    {
        var result = text.ToCharArray();
        for (var i = backslashes; i < result.Length; i++)
        {
            if (result[i] != mark || (backslashes > 0 && result[i - 1] != '\\'))
                continue;
            for (var digit = i + 1; digit <= i + digits && digit < result.Length; digit++)
                result[digit] = char.ToLowerInvariant(result[digit]);
        }
        return new(result);
    }
}
