namespace Slipway.Releases.Measures;

/// <summary>
/// How the memory of an instance moves: the median of the slopes between all pairs of samples (Theil 1950, Sen 1968), which
/// a third of odd samples cannot move, with a lower bound of it from the distribution of Kendall's S.
/// </summary>
/// <param name="BytesPerSecond">The slope.</param>
/// <param name="LeastBytesPerSecond">What the slope is at least, at 0.05 %.</param>
/// <param name="Z">How far from chance it is that samples rise, in standard deviations of S (Mann 1945).</param>
/// <param name="LateBytesPerSecond">The slope of the last third alone: a program that warms up has done most of its growing by then.</param>
public sealed record MemoryTrend(double BytesPerSecond, double LeastBytesPerSecond, double Z, double LateBytesPerSecond)
{
    private const int SamplesMin = 24;
    private const double Quantile = 3.29;

    /// <summary>The trend of samples, oldest first; null for fewer than 24.</summary>
    public static MemoryTrend? Of(IReadOnlyList<(double Seconds, double Bytes)> samples)
    {
        if (samples.Count < SamplesMin)
            return null;
        var slopes = Slopes(samples, 0, out var rising);
        var n = samples.Count;
        var deviation = Math.Sqrt(n * (n - 1.0) * ((2 * n) + 5) / 18);
        var least = (int)Math.Floor((slopes.Count - (Quantile * deviation)) / 2);
        var late = Slopes(samples, n * 2 / 3, out _);
        return new(LevelWindow.Median(slopes), slopes[Math.Clamp(least, 0, slopes.Count - 1)], rising / deviation, LevelWindow.Median(late));
    }

    private static List<double> Slopes(IReadOnlyList<(double Seconds, double Bytes)> samples, int from, out int rising)
    {
        var slopes = new List<double>((samples.Count - from) * (samples.Count - from - 1) / 2);
        rising = 0;
        for (var i = from; i < samples.Count; i++)
        {
            for (var j = i + 1; j < samples.Count; j++)
            {
                slopes.Add((samples[j].Bytes - samples[i].Bytes) / (samples[j].Seconds - samples[i].Seconds));
                rising += Math.Sign(samples[j].Bytes - samples[i].Bytes);
            }
        }
        slopes.Sort();
        return slopes;
    }
}
