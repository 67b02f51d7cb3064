using Slipway.Core.Settings;

namespace Slipway.Core.Rendering;

/// <summary>Settings in words, for documents.</summary>
internal static class SettingWords
{
    /// <summary>What values it takes: <c>integer, 1..256</c>.</summary>
    public static string Form(Setting setting)
    {
        var type = Type(setting.Type);
        if (!setting.Choices.IsEmpty)
            return "one of " + string.Join(", ", setting.Choices);
        if (setting.Pattern is { } pattern)
            return $"{type}, matches {pattern}";
        return setting.Range is { } range ? $"{type}, {range.Text}{Unit(setting.Type)}" : type;
    }

    private static string Type(SettingType type) => type switch
    {
        SettingType.Url => "URL",
        SettingType.Json => "JSON",
        SettingType.Pem => "PEM",
        SettingType.Jwks => "JSON Web Key Set",
        SettingType.Postgres => "PostgreSQL connection string",
        SettingType.Redis => "Redis connection string",
        SettingType.Amqp => "AMQP URI",
        _ => type.ToString().ToLowerInvariant(),
    };

    private static string Unit(SettingType type) => type switch
    {
        SettingType.String => " characters",
        SettingType.List or SettingType.Map => " items",
        _ => "",
    };
}
