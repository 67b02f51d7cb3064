using System.Security.Cryptography;

namespace Slipway.Core.Settings;

/// <summary>Keys and certificates in PEM (RFC 7468). A value on one line may write its line breaks as <c>\n</c>.</summary>
internal static class PemText
{
    private const string Shape = "a key or certificate in PEM";

    /// <summary>What the text must be, when it is not; null when it is right.</summary>
    public static string? Fault(string text)
    {
        var rest = text.Contains('\n', StringComparison.Ordinal) ? text.AsSpan() : text.Replace("\\n", "\n", StringComparison.Ordinal).AsSpan();
        if (!PemEncoding.TryFind(rest, out var fields))
            return Shape;
        // Several may follow each other, such as a certificate and those that vouch for it; nothing else may stand between.
        while (true)
        {
            if (!rest[..fields.Location.Start.Value].IsWhiteSpace())
                return $"{Shape} and nothing else";
            if (fields.DecodedDataLength == 0)
                return $"{Shape} that is not empty";
            rest = rest[fields.Location.End.Value..];
            if (rest.IsWhiteSpace())
                return null;
            if (!PemEncoding.TryFind(rest, out fields))
                return $"{Shape} and nothing else";
        }
    }
}
