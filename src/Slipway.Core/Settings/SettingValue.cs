using System.Globalization;
using Slipway.Core.Manifests;

namespace Slipway.Core.Settings;

/// <summary>Whether a text is a value of a setting's type.</summary>
internal static class SettingValue
{
    /// <summary>What it must be, when it is not; null when it is right.</summary>
    public static string? Shape(SettingType type, object[] choices, string text)
    {
        switch (type)
        {
            case SettingType.Integer:
                return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) ? null : "a whole number";
            case SettingType.Number:
                return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? null : "a number";
            case SettingType.Boolean:
                return text is "true" or "false" ? null : "true or false";
            case SettingType.Url:
                return IsUrl(text) ? null : "an absolute URL";
            case SettingType.Duration:
                return Quantity.TryDuration(text, out _) ? null : "a duration such as 30s";
            case SettingType.Size:
                return Quantity.TrySize(text, out _) ? null : "a size such as 64Mi";
            case SettingType.Enum:
                return choices.Length == 0 || Array.IndexOf(choices, text) >= 0 ? null : "one of " + string.Join(", ", choices);
            default:
                return null;
        }
    }

    /// <summary>A value that would be right.</summary>
    public static string Example(SettingType type, object[] choices) => type switch
    {
        SettingType.Integer => "10",
        SettingType.Number => "0.5",
        SettingType.Boolean => "true",
        SettingType.Url => "https://id.example.org",
        SettingType.Duration => "30s",
        SettingType.Size => "64Mi",
        SettingType.Enum => choices.Length == 0 ? "info" : (string)choices[0],
        _ => "text",
    };

    /// <summary>
    /// Whether it is a scheme, <c>://</c> and something after it, without spaces; <c>http</c> and <c>https</c> need a
    /// host. Not System.Uri, which takes more than people mean and costs a start-up 10 ms.
    /// </summary>
    private static bool IsUrl(string text)
    {
        var colon = text.IndexOf("://", StringComparison.Ordinal);
        if (colon < 1 || colon + 3 == text.Length || !char.IsAsciiLetter(text[0]))
            return false;
        if (text.StartsWith("http", StringComparison.OrdinalIgnoreCase) && text[colon + 3] is '/' or '?' or '#' or ':')
            return false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] <= ' ' || (i < colon && !char.IsAsciiLetterOrDigit(text[i]) && text[i] is not ('+' or '-' or '.')))
                return false;
        }
        return true;
    }
}
