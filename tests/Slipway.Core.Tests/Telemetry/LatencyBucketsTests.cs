using Slipway.Core.Telemetry;

namespace Slipway.Core.Tests.Telemetry;

public sealed class LatencyBucketsTests
{
    [Fact]
    public void Every_latency_lies_in_its_bucket_and_buckets_are_at_most_a_sixteenth_wide()
    {
        for (long latency = 0; latency < 1L << 35; latency += 1 + latency / 37)
        {
            var index = LatencyBuckets.IndexOf(latency);
            var (lower, next) = (LatencyBuckets.LowerBound(index), LatencyBuckets.LowerBound(index + 1));
            Assert.InRange(latency, lower, next - 1);
            Assert.True(next - lower <= Math.Max(1, lower / 16));
        }
        Assert.Equal(0, LatencyBuckets.IndexOf(-5));
        Assert.Equal(LatencyBuckets.Count - 1, LatencyBuckets.IndexOf(long.MaxValue));
    }

    [Fact]
    public void A_quantile_is_the_upper_bound_of_the_bucket_it_falls_into()
    {
        var counts = new Dictionary<int, long> { [LatencyBuckets.IndexOf(1_000)] = 90, [LatencyBuckets.IndexOf(50_000)] = 10 };
        Assert.InRange(LatencyBuckets.Quantile(counts, 0.5)!.Value, 1_000, 1_063);
        Assert.InRange(LatencyBuckets.Quantile(counts, 0.9)!.Value, 1_000, 1_063);
        Assert.InRange(LatencyBuckets.Quantile(counts, 0.91)!.Value, 50_000, 53_125);
        Assert.Null(LatencyBuckets.Quantile(new Dictionary<int, long>(), 0.5));
    }
}
