namespace Slipway.Targets.Artefacts;

/// <summary>
/// Matches paths: <c>*</c> and <c>?</c> within one segment, <c>**</c> over any number of segments; a pattern that names a
/// folder matches all that is in it, and <c>.</c> everything.
/// </summary>
internal static class PathPattern
{
    /// <summary>Whether a path matches.</summary>
    public static bool Matches(string pattern, string path)
        => pattern == "." || Matches(pattern.TrimEnd('/').Split('/'), path.Split('/'));

    private static bool Matches(ReadOnlySpan<string> pattern, ReadOnlySpan<string> path)
    {
        while (!pattern.IsEmpty)
        {
            if (pattern[0] == "**")
            {
                for (var skipped = 0; skipped <= path.Length; skipped++)
                {
                    if (Matches(pattern[1..], path[skipped..]))
                        return true;
                }
                return false;
            }
            if (path.IsEmpty || !MatchesSegment(pattern[0], path[0]))
                return false;
            pattern = pattern[1..];
            path = path[1..];
        }
        // What is left of the path lies below a folder that was named.
        return true;
    }

    private static bool MatchesSegment(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        // The last star is the only one worth going back to.
        var (star, resume, p, t) = (-1, 0, 0, 0);
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                resume = t;
            }
            else if (p < pattern.Length && (pattern[p] == '?' || pattern[p] == text[t]))
            {
                p++;
                t++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                t = ++resume;
            }
            else
            {
                return false;
            }
        }
        while (p < pattern.Length && pattern[p] == '*')
            p++;
        return p == pattern.Length;
    }
}
