using Slipway.Core.Telemetry;

namespace Slipway.Gateway.Statistics;

/// <summary>A request that stands for those which took as long: its trace can be looked at.</summary>
/// <param name="TraceId">Its trace, 32 digits.</param>
/// <param name="Microseconds">To the first byte of its answer.</param>
/// <param name="At">When.</param>
internal sealed record Exemplar(string TraceId, long Microseconds, DateTimeOffset At);

/// <summary>The bounds of the histogram that Prometheus is given; the finer buckets of the reading are summed into these.</summary>
internal static class HistogramBounds
{
    /// <summary>In microseconds, rising; what lies above the last belongs to a bucket more.</summary>
    public static ReadOnlySpan<long> Microseconds =>
        [500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000];

    /// <summary>The first bucket that a latency falls into.</summary>
    public static int IndexOf(long microseconds)
    {
        // As the buckets of the reading round it, so that a bucket and its example agree.
        var lower = LatencyBuckets.LowerBound(LatencyBuckets.IndexOf(microseconds));
        var i = 0;
        while (i < Microseconds.Length && lower >= Microseconds[i])
            i++;
        return i;
    }
}
