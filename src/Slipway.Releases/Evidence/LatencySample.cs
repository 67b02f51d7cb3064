using System.Collections.Immutable;
using Slipway.Core.Telemetry;

namespace Slipway.Releases.Evidence;

/// <summary>
/// Latencies of one release, and what they say of its true quantiles however often one looks: a boundary is left out once
/// the evidence, as of <see cref="BettingProcess"/>, is against the quantile lying on that side of it (Howard and Ramdas
/// 2022, for one quantile at a time).
/// </summary>
internal sealed class LatencySample
{
    private static readonly ImmutableArray<double> Ratios = [1.15, 1.4, 2, 3, 6, 15];
    private readonly long[] _through = new long[LatencyBuckets.Count];

    private LatencySample()
    {
    }

    /// <summary>How many there are.</summary>
    public long Total => _through[^1];

    /// <summary>What was counted between two readings of a release; all of it without the first.</summary>
    public static LatencySample Between(ImmutableSortedDictionary<int, long>? from, ImmutableSortedDictionary<int, long>? to)
    {
        var sample = new LatencySample();
        foreach (var (bucket, count) in to ?? ImmutableSortedDictionary<int, long>.Empty)
            sample._through[Math.Clamp(bucket, 0, LatencyBuckets.Count - 1)] += Math.Max(0, count - (from is not null && from.TryGetValue(bucket, out var before) ? before : 0));
        for (var i = 1; i < sample._through.Length; i++)
            sample._through[i] += sample._through[i - 1];
        return sample;
    }

    /// <summary>The quantile of the sample itself, in microseconds; null without any latency.</summary>
    public long? Quantile(double quantile)
    {
        if (Total == 0)
            return null;
        var index = Array.BinarySearch(_through, Math.Max(1, (long)Math.Ceiling(quantile * Total)));
        index = index < 0 ? ~index : index;
        while (index > 0 && _through[index - 1] == _through[index])
            index--;
        return LatencyBuckets.LowerBound(index + 1) - 1;
    }

    /// <summary>The true quantile is surely not lower, in microseconds; 0 when that cannot be said of any.</summary>
    public long SurelyAbove(double quantile, double risk)
    {
        var boundary = Last(bucket => IsProof(Total - Through(bucket - 1), 1 - quantile, risk));
        return boundary < 0 ? 0 : LatencyBuckets.LowerBound(boundary);
    }

    /// <summary>The true quantile is surely not higher, in microseconds; null when that cannot be said of any.</summary>
    public long? SurelyBelow(double quantile, double risk)
    {
        var boundary = Last(bucket => !IsProof(Through(bucket - 1), quantile, risk));
        return boundary + 1 >= LatencyBuckets.Count ? null : LatencyBuckets.LowerBound(boundary + 1);
    }

    private long Through(int bucket) => bucket < 0 ? 0 : _through[bucket];

    // The last bucket for which it holds, when it holds up to some bucket and for none beyond; -1 for none.
    private static int Last(Func<int, bool> holds)
    {
        var (low, high) = (-1, LatencyBuckets.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (holds(middle))
                low = middle;
            else
                high = middle - 1;
        }
        return low;
    }

    // Whether so many of all on one side refute that at most such a share of the truth lies there.
    private bool IsProof(long count, double share, double risk)
    {
        if (count <= share * Total)
            return false;
        var wealth = 0.0;
        foreach (var ratio in Ratios)
            wealth += Math.Exp((count * Math.Log(ratio)) - (Total * Math.Log(1 - share + (share * ratio)))) / Ratios.Length;
        return wealth >= 1 / risk;
    }
}
