using System.Text.RegularExpressions;

namespace Slipway.Core.Settings;

/// <summary>
/// The regular expressions of strings. The engine that never backtracks would be safe with every pattern, but costs a start
/// 30 ms; so it is asked only when the ordinary one has not answered in a tenth of a second.
/// </summary>
internal static class SettingPattern
{
    private static readonly TimeSpan TimeMax = TimeSpan.FromMilliseconds(100);
    private static readonly Dictionary<string, Regex?> Known = new(StringComparer.Ordinal);

    /// <summary>Whether the whole text matches. False for a pattern that cannot be read.</summary>
    public static bool Matches(string pattern, string text)
    {
        try
        {
            return Read(pattern) is { } regex && regex.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return MatchesSurely(pattern, text);
        }
    }

    /// <summary>Whether a pattern can be read.</summary>
    public static bool IsGood(string pattern) => Read(pattern) is not null;

    private static Regex? Read(string pattern)
    {
        lock (Known)
        {
            if (!Known.TryGetValue(pattern, out var known))
                Known[pattern] = known = Make(pattern);
            return known;
        }
    }

    private static Regex? Make(string pattern)
    {
        try
        {
            return new(Whole(pattern), RegexOptions.CultureInvariant, TimeMax);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static bool MatchesSurely(string pattern, string text)
    {
        try
        {
            return Regex.IsMatch(text, Whole(pattern), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (NotSupportedException)
        {
            // With back references or look-around there is no sure way; what takes that long is refused.
            return false;
        }
    }

    private static string Whole(string pattern) => @"\A(?:" + pattern + @")\z";
}
