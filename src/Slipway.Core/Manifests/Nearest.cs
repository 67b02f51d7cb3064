namespace Slipway.Core.Manifests;

/// <summary>Finds the known word that was probably meant.</summary>
public static class Nearest
{
    /// <summary>
    /// The candidate that <paramref name="text"/> is the beginning of, or that is at most a third of its length away from
    /// it in insertions, deletions, replacements and swaps of neighbours (optimal string alignment); null for none.
    /// </summary>
    public static string? To(string text, IEnumerable<string> candidates)
    {
        string? best = null;
        var bestDistance = int.MaxValue;
        foreach (var candidate in candidates)
        {
            var distance = Distance(text.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (distance > Math.Max(1, Math.Max(text.Length, candidate.Length) / 3))
            {
                var isPrefix = text.Length >= 2 && candidate.StartsWith(text, StringComparison.OrdinalIgnoreCase);
                var hasPrefix = candidate.Length >= 3 && text.StartsWith(candidate, StringComparison.OrdinalIgnoreCase);
                if (!isPrefix && !hasPrefix)
                    continue;
            }
            if (distance < bestDistance)
                (best, bestDistance) = (candidate, distance);
        }
        return best;
    }

    private static int Distance(string a, string b)
    {
        // Names are short; a long text is nothing's misspelling and would only cost time.
        if (a.Length > 64 || b.Length > 64)
            return int.MaxValue;
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            rows[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            rows[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                var least = Math.Min(Math.Min(rows[i - 1, j] + 1, rows[i, j - 1] + 1), rows[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    least = Math.Min(least, rows[i - 2, j - 2] + 1);
                rows[i, j] = least;
            }
        }
        return rows[a.Length, b.Length];
    }
}
