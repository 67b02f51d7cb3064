using System.Diagnostics.CodeAnalysis;

namespace Courier.Messages;

/// <summary>How ids are written: what they name, and 32 hexadecimal digits that sort by the time they were made.</summary>
internal static class IdText
{
    public static bool TryParse([NotNullWhen(true)] string? text, string prefix, out Guid value)
    {
        value = default;
        return text is not null && text.StartsWith(prefix, StringComparison.Ordinal)
            && Guid.TryParseExact(text.AsSpan(prefix.Length), "N", out value);
    }

    public static Guid Parse(string text, string prefix)
        => TryParse(text, prefix, out var value) ? value : throw new FormatException($"'{text}' is not an id that begins with {prefix}");
}
