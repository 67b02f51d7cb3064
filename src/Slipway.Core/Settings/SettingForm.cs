using System.Globalization;
using Slipway.Core.Manifests;

namespace Slipway.Core.Settings;

/// <summary>What values a setting takes: its type with its choices, its pattern and its bounds.</summary>
/// <param name="type">The type.</param>
/// <param name="choices">The values of an enum.</param>
/// <param name="pattern">What the whole of a string must match; null for anything.</param>
/// <param name="range">The bounds; null for none.</param>
internal sealed class SettingForm(SettingType type, IReadOnlyList<string> choices, string? pattern, SettingRange? range)
{
    /// <summary>The longest value that is taken, in characters: more does not fit into the environment of a process.</summary>
    public const int LengthMax = 64 * 1024;

    public SettingType Type => type;

    public static SettingForm Of(Setting setting) => new(setting.Type, setting.Choices, setting.Pattern, setting.Range);

    /// <summary>What the text must be, when it is not; null when it is right. Never holds the text itself.</summary>
    public string? Fault(string text)
    {
        if (text.Length > LengthMax)
            return "at most 65536 characters long";
        if (text.Contains('\0', StringComparison.Ordinal))
            return "without a NUL character, which no environment variable can hold";
        if (HasLoneSurrogate(text))
            return "text that UTF-8 can hold";
        return TypeFault(text) ?? (range is null ? null : RangeFault(text, range));
    }

    /// <summary>What to do with a wrong value: write one such as this, where one is known that would be right.</summary>
    /// <param name="words">What stands before the example.</param>
    public string Remedy(string words) => Example is { } example ? $"{words} {example}" : "Correct it";

    /// <summary>A value that would be right, or shows its shape; null for a string of which nothing is known but a pattern.</summary>
    public string? Example => type switch
    {
        SettingType.Integer or SettingType.Number or SettingType.Duration or SettingType.Size when range is not null => range.Text[..range.Text.IndexOf("..", StringComparison.Ordinal)],
        SettingType.Integer => "10",
        SettingType.Number => "0.5",
        SettingType.Boolean => "true",
        SettingType.Url => "https://id.example.org",
        SettingType.Host => "db.example.org",
        SettingType.Port => "8080",
        SettingType.Duration => "30s",
        SettingType.Size => "64Mi",
        SettingType.Enum => choices.Count == 0 ? "info" : choices[0],
        SettingType.List => "red,green",
        SettingType.Map => "eu=de,us=va",
        SettingType.Json => "{\"a\":1}",
        SettingType.Pem => "-----BEGIN PRIVATE KEY-----...",
        SettingType.Jwks => "{\"keys\":[...]}",
        SettingType.Postgres => "postgres://shop:PASSWORD@db:5432/shop",
        SettingType.Redis => "redis://:PASSWORD@cache:6379/0",
        SettingType.Amqp => "amqp://shop:PASSWORD@queue:5672/shop",
        _ => Fault("text") is null ? "text" : null,
    };

    private static bool HasLoneSurrogate(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                return true;
            i++;
        }
        return false;
    }

    private string? TypeFault(string text) => type switch
    {
        SettingType.Integer => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) ? null : "a whole number",
        SettingType.Number => IsNumber(text, out _) ? null : "a number",
        SettingType.Boolean => text is "true" or "false" ? null : "true or false",
        SettingType.Url => AddressText.IsUrl(text) ? null : "an absolute URL",
        SettingType.Host => AddressText.IsHost(text) ? null : "a host name or an IP address",
        SettingType.Port => AddressText.IsPort(text) ? null : "a port from 1 to 65535",
        SettingType.Duration => Quantity.TryDuration(text, out _) ? null : "a duration such as 30s",
        SettingType.Size => Quantity.TrySize(text, out _) ? null : "a size such as 64Mi",
        SettingType.Enum => choices.Count == 0 || choices.Contains(text) ? null : "one of " + string.Join(", ", choices),
        SettingType.List => ItemText.Items(text) is null ? "texts separated by commas, none of them empty" : null,
        SettingType.Map => ItemText.Pairs(text) is null ? "pairs name=text separated by commas, each name once" : null,
        SettingType.Json => JsonText.Fault(text),
        SettingType.Pem => PemText.Fault(text),
        SettingType.Jwks => JwksText.Fault(text),
        SettingType.Postgres or SettingType.Redis or SettingType.Amqp => ConnectionString.Fault(type, text),
        _ => pattern is null || SettingPattern.Matches(pattern, text) ? null : $"a text that matches {pattern}",
    };

    private string? RangeFault(string text, SettingRange bounds)
    {
        var measured = type switch
        {
            SettingType.Duration => Quantity.TryDuration(text, out var duration) ? duration.TotalSeconds : 0,
            SettingType.Size => Quantity.TrySize(text, out var bytes) ? bytes : 0,
            SettingType.String => text.Length,
            SettingType.List => ItemText.Items(text)!.Count,
            SettingType.Map => ItemText.Pairs(text)!.Count,
            _ => IsNumber(text, out var number) ? number : 0,
        };
        if (measured >= bounds.Least && measured <= bounds.Most)
            return null;
        return type switch
        {
            SettingType.String => $"{bounds.Text} characters long",
            SettingType.List or SettingType.Map => $"{bounds.Text} items long",
            _ => $"in the range {bounds.Text}",
        };
    }

    private static bool IsNumber(string text, out double number)
        => double.TryParse(text, SettingRange.NumberStyle, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
}
