namespace Slipway.Releases.Evidence;

/// <summary>How many of n independent requests fail when each does with the same probability.</summary>
internal static class Binomial
{
    /// <summary>The chance of at least so many failures. Exact but for rounding; the terms are summed from where they are large.</summary>
    public static double Tail(long failures, long n, double p)
    {
        if (failures <= 0)
            return 1;
        if (failures > n || p <= 0)
            return 0;
        if (p >= 1)
            return 1;
        return failures > n * p ? Math.Min(1, Sum(failures, n, p, up: true)) : Math.Max(0, 1 - Sum(failures - 1, n, p, up: false));
    }

    /// <summary>
    /// The ratio that so many failures among n speak against any higher one: the upper bound of Clopper and Pearson (1934).
    /// Without any request it is 1.
    /// </summary>
    /// <param name="failures">Failures.</param>
    /// <param name="n">Requests.</param>
    /// <param name="risk">The chance that the true ratio is higher, 0 to 1.</param>
    public static double UpperBound(long failures, long n, double risk)
    {
        if (failures >= n)
            return 1;
        var (low, high) = ((double)failures / n, 1.0);
        for (var i = 0; i < 50 && high - low > 1e-9; i++)
        {
            var middle = (low + high) / 2;
            if (1 - Tail(failures + 1, n, middle) > risk)
                low = middle;
            else
                high = middle;
        }
        return high;
    }

    /// <summary>The ratio that so many failures among n speak against any lower one.</summary>
    public static double LowerBound(long failures, long n, double risk) => n == 0 ? 0 : 1 - UpperBound(n - failures, n, risk);

    private static double Sum(long from, long n, double p, bool up)
    {
        var odds = p / (1 - p);
        var term = Math.Exp(LogGamma.Choose(n, from) + (from * Math.Log(p)) + ((n - from) * Math.Log(1 - p)));
        var sum = 0.0;
        for (var k = from; k >= 0 && k <= n && term > sum * 1e-17; k += up ? 1 : -1)
        {
            sum += term;
            term *= up ? (double)(n - k) / (k + 1) * odds : k / (double)(n - k + 1) / odds;
        }
        return sum;
    }
}
