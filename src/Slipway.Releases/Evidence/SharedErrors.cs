namespace Slipway.Releases.Evidence;

/// <summary>
/// How the errors of two releases over the same seconds fall on them, given how many there were: Fisher's noncentral
/// hypergeometric distribution (Fisher 1935). What made both fail, an outage or a burst, does not matter to it.
/// </summary>
internal static class SharedErrors
{
    /// <summary>The logarithm of how much likelier the candidate's part of the errors is at one odds ratio than at another.</summary>
    /// <param name="block">Both releases' requests and errors.</param>
    /// <param name="ratio">The odds of failing with the candidate over those with stable, if it is to blame.</param>
    /// <param name="tolerated">The same, if it is not.</param>
    public static double LogLikelihoodRatio(in ErrorBlock block, double ratio, double tolerated)
    {
        var all = block.Errors + block.StableErrors;
        if (all == 0 || block.Requests == 0 || block.StableRequests == 0)
            return 0;
        return (block.Errors * Math.Log(ratio / tolerated))
            + LogSum(block.Requests, block.StableRequests, all, tolerated) - LogSum(block.Requests, block.StableRequests, all, ratio);
    }

    // The logarithm of the sum over x of C(a,x) C(b,k-x) ratio^x, from the largest term to both sides until nothing is added.
    private static double LogSum(long a, long b, long k, double ratio)
    {
        var (least, most) = (Math.Max(0, k - b), Math.Min(a, k));
        var (low, high) = (least, most);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (Step(a, b, k, middle) * ratio >= 1)
                low = middle + 1;
            else
                high = middle;
        }
        var sum = 1.0;
        var term = 1.0;
        for (var x = low; x < most && term > 1e-17 * sum; x++)
            sum += term *= Step(a, b, k, x) * ratio;
        term = 1.0;
        for (var x = low; x > least && term > 1e-17 * sum; x--)
            sum += term /= Step(a, b, k, x - 1) * ratio;
        return Math.Log(sum) + LogGamma.Choose(a, low) + LogGamma.Choose(b, k - low) + (low * Math.Log(ratio));
    }

    // The weight at x + 1 over that at x.
    private static double Step(long a, long b, long k, long x) => (double)(a - x) * (k - x) / ((double)(x + 1) * (b - k + x + 1));
}
