using System.Globalization;
using Slipway.Core.Manifests;

namespace Slipway.Core.Settings;

/// <summary>Whether a text is a value of a setting's type.</summary>
internal static class SettingValue
{
    /// <summary>What is wrong with it, to follow the setting's name, never showing a secret; null when it is right.</summary>
    public static string? Fault(Setting setting, string text)
    {
        var right = setting.Type switch
        {
            SettingType.Integer => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
            SettingType.Number => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number),
            SettingType.Boolean => text is "true" or "false",
            SettingType.Url => IsUrl(text),
            SettingType.Duration => Quantity.TryDuration(text, out _),
            SettingType.Size => Quantity.TrySize(text, out _),
            SettingType.Enum => setting.Choices.IsEmpty || setting.Choices.Contains(text, StringComparer.Ordinal),
            _ => true,
        };
        if (right)
            return null;
        var shape = setting.Type switch
        {
            SettingType.Integer => "a whole number",
            SettingType.Number => "a number",
            SettingType.Boolean => "true or false",
            SettingType.Url => "an absolute URL",
            SettingType.Duration => "a duration such as 30s",
            SettingType.Size => "a size such as 64Mi",
            _ => "one of " + string.Join(", ", setting.Choices),
        };
        return setting.Secret ? $"must be {shape}" : $"must be {shape}, not '{text}'";
    }

    /// <summary>A value that would be right.</summary>
    public static string Example(Setting setting) => setting.Type switch
    {
        SettingType.Integer => "10",
        SettingType.Number => "0.5",
        SettingType.Boolean => "true",
        SettingType.Url => "https://id.example.org",
        SettingType.Duration => "30s",
        SettingType.Size => "64Mi",
        SettingType.Enum => setting.Choices.IsEmpty ? "info" : setting.Choices[0],
        _ => "text",
    };

    /// <summary>
    /// Whether it is a scheme, <c>://</c> and something after it, without spaces. Not System.Uri, which takes more than
    /// people mean and costs a start-up 10 ms.
    /// </summary>
    private static bool IsUrl(string text)
    {
        var colon = text.IndexOf("://", StringComparison.Ordinal);
        if (colon < 1 || colon + 3 == text.Length || !char.IsAsciiLetter(text[0]) || text[colon + 3] is '/' or '?' or '#' or ':')
            return false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] <= ' ' || (i < colon && !char.IsAsciiLetterOrDigit(text[i]) && text[i] is not ('+' or '-' or '.')))
                return false;
        }
        return true;
    }
}
