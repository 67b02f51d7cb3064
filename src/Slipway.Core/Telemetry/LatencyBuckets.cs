namespace Slipway.Core.Telemetry;

/// <summary>
/// Log-linear buckets of latencies in microseconds: each power of two is cut into 16, so a bucket is at most 6.25 % wide.
/// The scheme is that of HdrHistogram (Tene, hdrhistogram.org) with four significant bits.
/// </summary>
public static class LatencyBuckets
{
    private const int SubBucketBits = 4;
    private const int SubBuckets = 1 << SubBucketBits;

    /// <summary>How many buckets there are: up to 2^36 microseconds, about 19 hours; longer ones count in the last.</summary>
    public const int Count = (36 - SubBucketBits + 1) * SubBuckets;

    /// <summary>The bucket of a latency in microseconds; negative counts as 0.</summary>
    public static int IndexOf(long microseconds)
    {
        if (microseconds < SubBuckets)
            return (int)Math.Max(0, microseconds);
        var exponent = 63 - System.Numerics.BitOperations.LeadingZeroCount((ulong)microseconds);
        var sub = (int)(microseconds >> (exponent - SubBucketBits)) - SubBuckets;
        return Math.Min(Count - 1, ((exponent - SubBucketBits + 1) << SubBucketBits) + sub);
    }

    /// <summary>The lowest latency, in microseconds, that falls into a bucket.</summary>
    public static long LowerBound(int index)
    {
        if (index < SubBuckets)
            return index;
        var exponent = (index >> SubBucketBits) + SubBucketBits - 1;
        return (long)(SubBuckets + (index & (SubBuckets - 1))) << (exponent - SubBucketBits);
    }

    /// <summary>
    /// The latency, in microseconds, below which a share of the counts lies: the upper bound of the bucket it falls into.
    /// Null when there are none.
    /// </summary>
    /// <param name="counts">Counts by bucket; negative ones are not allowed.</param>
    /// <param name="quantile">0 to 1.</param>
    public static long? Quantile(IReadOnlyDictionary<int, long> counts, double quantile)
    {
        long total = 0;
        foreach (var (_, count) in counts)
            total += count;
        if (total == 0)
            return null;
        var rank = (long)Math.Ceiling(Math.Clamp(quantile, 0, 1) * total);
        long seen = 0;
        foreach (var (index, count) in counts.OrderBy(pair => pair.Key))
        {
            seen += count;
            if (seen >= Math.Max(1, rank))
                return LowerBound(index + 1) - 1;
        }
        return LowerBound(Count) - 1;
    }
}
