using System.Text;

namespace Slipway.Core.Settings;

/// <summary>Values of settings as they may stand in what we write.</summary>
public static class ShownValue
{
    /// <summary>What stands for a value that is not shown.</summary>
    public const string Hidden = "********";

    private const int LengthMax = 60;

    /// <summary>A value on one line, at most 60 characters long unless said otherwise: a value may be huge, and may hold what a terminal obeys.</summary>
    /// <param name="value">The value.</param>
    /// <param name="lengthMax">How many characters are shown at most, 4 or more.</param>
    public static string Line(string value, int lengthMax = LengthMax)
        => value.Length <= lengthMax ? OneLine(value) : OneLine(value[..(lengthMax - 3)]) + "...";

    /// <summary>A text of any length without line breaks and without what a terminal obeys.</summary>
    public static string OneLine(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var c in text)
            line.Append(char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c);
        return line.ToString();
    }

    /// <summary>A value of a setting whose declaration is not at hand: hidden when it may be a connection string with a password, or a key.</summary>
    /// <param name="value">The value.</param>
    /// <param name="lengthMax">How many characters are shown at most, 4 or more.</param>
    public static string OfAnyType(string value, int lengthMax)
        => GrantsAccess(SettingType.Postgres, value) || GrantsAccess(SettingType.Jwks, value) ? Hidden : Line(value, lengthMax);

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
