using System.Text.RegularExpressions;

namespace Slipway.Core.Settings;

/// <summary>The regular expressions of strings. The engine without backtracking is used, so no value can make one slow.</summary>
internal static class SettingPattern
{
    /// <summary>Whether the whole text matches. False for a pattern that cannot be read.</summary>
    public static bool Matches(string pattern, string text) => Read(pattern) is { } regex && regex.IsMatch(text);

    /// <summary>Whether a pattern can be read: a regular expression without back references and look-around.</summary>
    public static bool IsGood(string pattern) => Read(pattern) is not null;

    private static Regex? Read(string pattern)
    {
        try
        {
            return new(@"\A(?:" + pattern + @")\z", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        }
        catch (Exception fault) when (fault is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
