using System.Text;

namespace Slipway.Core.Settings;

/// <summary>Values of settings as they may stand in what we write.</summary>
public static class ShownValue
{
    /// <summary>What stands for a value that is not shown.</summary>
    public const string Hidden = "********";

    private const int LengthMax = 60;

    /// <summary>A value on one line, at most 60 characters long: a value may be huge, and may hold what a terminal obeys.</summary>
    public static string Line(string value)
    {
        var line = new StringBuilder(LengthMax);
        foreach (var c in value.Length <= LengthMax ? value.AsSpan() : value.AsSpan(0, LengthMax - 3))
            line.Append(char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c);
        return value.Length <= LengthMax ? line.ToString() : line.Append("...").ToString();
    }

    /// <summary>What follows the words that say what a value must be: the value, unless it grants access.</summary>
    internal static string Not(bool secret, SettingType type, string value)
        => secret || GrantsAccess(type, value) ? "" : $", not '{Line(value)}'";

    /// <summary>Whether a value holds a password or a private key, whatever its declaration says.</summary>
    internal static bool GrantsAccess(SettingType type, string value) => value.Contains("PRIVATE KEY-----", StringComparison.Ordinal) || type switch
    {
        SettingType.Postgres or SettingType.Redis or SettingType.Amqp => !ConnectionString.SecretsIn(value).IsEmpty,
        SettingType.String or SettingType.Url => value.Contains("://", StringComparison.Ordinal) && value.Contains('@', StringComparison.Ordinal) && !ConnectionString.SecretsIn(value).IsEmpty,
        // The private members of a key (RFC 7518, 6.2.2, 6.3.2 and 6.4.1).
        SettingType.Jwks => value.Contains("\"d\"", StringComparison.Ordinal) || value.Contains("\"k\"", StringComparison.Ordinal),
        _ => false,
    };
}
