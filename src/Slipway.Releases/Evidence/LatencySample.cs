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

    // The buckets that hold any, and how many lie in them and below: both rise.
    private readonly List<int> _buckets = [];
    private readonly List<long> _through = [];

    private LatencySample()
    {
    }

    /// <summary>How many there are.</summary>
    public long Total { get; private set; }

    /// <summary>What was counted between two readings of a release; all of it without the first.</summary>
    public static LatencySample Between(ImmutableSortedDictionary<int, long>? from, ImmutableSortedDictionary<int, long>? to)
    {
        var sample = new LatencySample();
        foreach (var (bucket, count) in to ?? ImmutableSortedDictionary<int, long>.Empty)
        {
            var more = count - (from is not null && from.TryGetValue(bucket, out var before) ? before : 0);
            if (more <= 0)
                continue;
            sample._buckets.Add(bucket);
            sample._through.Add(sample.Total += more);
        }
        return sample;
    }

    /// <summary>The quantile of the sample itself, in microseconds; null without any latency.</summary>
    public long? Quantile(double quantile)
    {
        var rank = Math.Max(1, (long)Math.Ceiling(quantile * Total));
        return Total == 0 ? null : LatencyBuckets.LowerBound(_buckets[First(k => _through[k] >= rank)] + 1) - 1;
    }

    /// <summary>The true quantile is surely not lower, in microseconds; 0 when that cannot be said of any.</summary>
    public long SurelyAbove(double quantile, double risk)
    {
        var unproved = First(k => !IsProof(Total - (k == 0 ? 0 : _through[k - 1]), 1 - quantile, risk));
        return unproved == 0 ? 0 : LatencyBuckets.LowerBound(_buckets[unproved - 1]);
    }

    /// <summary>The true quantile is surely not higher, in microseconds; null when that cannot be said of any.</summary>
    public long? SurelyBelow(double quantile, double risk)
    {
        var proved = First(k => IsProof(_through[k], quantile, risk));
        return proved == _buckets.Count || _buckets[proved] + 1 >= LatencyBuckets.Count ? null : LatencyBuckets.LowerBound(_buckets[proved] + 1);
    }

    // The first bucket that holds any for which it is true, when it is true from some bucket on; their number for none.
    private int First(Func<int, bool> isTrue)
    {
        var (low, high) = (0, _buckets.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (isTrue(middle))
                high = middle;
            else
                low = middle + 1;
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
