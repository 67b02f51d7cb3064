namespace Slipway.Core.Manifests;

/// <summary>Finds the known word that was probably meant.</summary>
public static class Nearest
{
    /// <summary>Among more than so many it would take too long for what it says.</summary>
    private const int CandidatesMax = 1000;

    private const int LengthMax = 64;

    /// <summary>
    /// The candidate that <paramref name="text"/> is the beginning of or begins with, or that is at most a third of its
    /// length away from it in insertions, deletions, replacements and swaps of neighbours (optimal string alignment, case
    /// aside); null for none.
    /// </summary>
    public static string? To(string text, IReadOnlyCollection<string> candidates)
    {
        string? best = null;
        var bestDistance = int.MaxValue;
        if (candidates.Count > CandidatesMax || text.Length is 0 or > LengthMax)
            return null;
        foreach (var candidate in candidates)
        {
            var longer = Math.Max(text.Length, candidate.Length);
            var most = Math.Min(bestDistance - 1, Math.Max(1, longer / 3));
            var distance = Distance(text, candidate, most);
            if (distance > most && IsBeginning(text, candidate))
                distance = Math.Abs(text.Length - candidate.Length);
            if (distance < bestDistance)
                (best, bestDistance) = (candidate, distance);
        }
        return best;
    }

    private static bool IsBeginning(string text, string candidate)
        => (text.Length >= 2 && candidate.StartsWith(text, StringComparison.OrdinalIgnoreCase))
            || (candidate.Length >= 3 && text.StartsWith(candidate, StringComparison.OrdinalIgnoreCase));

    /// <summary>The distance, or <see cref="int.MaxValue"/> when it is more than <paramref name="most"/>.</summary>
    private static int Distance(string a, string b, int most)
    {
        if (b.Length > LengthMax || Math.Abs(a.Length - b.Length) > most)
            return int.MaxValue;
        // Three rows are enough: a swap looks back two.
        Span<int> before = stackalloc int[LengthMax + 1], above = stackalloc int[LengthMax + 1], row = stackalloc int[LengthMax + 1];
        for (var j = 0; j <= b.Length; j++)
            row[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var free = before;
            before = above;
            above = row;
            row = free;
            row[0] = i;
            var least = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = Same(a[i - 1], b[j - 1]) ? 0 : 1;
                row[j] = Math.Min(Math.Min(above[j] + 1, row[j - 1] + 1), above[j - 1] + cost);
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
                least = Math.Min(least, row[j]);
            }
            if (least > most)
                return int.MaxValue;
        }
        return row[b.Length] <= most ? row[b.Length] : int.MaxValue;
    }

    private static bool Same(char a, char b) => a == b || char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
