using System.Collections.Immutable;
using Slipway.Releases.Evidence;

namespace Slipway.Releases.Measures;

/// <summary>
/// Whether the candidate's jobs take longer than stable's, by histograms. The bound that counts as slow is the first bucket's
/// at or above so many times stable's 95th percentile, as known before the jobs that are judged by it; at most one of ten of
/// the candidate's jobs may lie beyond.
/// </summary>
/// <param name="slower">So many times stable's is still as good.</param>
/// <param name="floor">Below this nothing is slow.</param>
/// <param name="falseAlarms">The chance that it ever fails a good release.</param>
public sealed class SlownessTally(double slower, TimeSpan floor, double falseAlarms)
{
    /// <summary>The share of the candidate's jobs that may be slow: twice what is slow of stable's by its own 95th percentile.</summary>
    public const double SlowMax = 0.1;

    private const int StableMin = 20;
    private ImmutableSortedDictionary<double, double> _stable = ImmutableSortedDictionary<double, double>.Empty;
    private ImmutableSortedDictionary<double, double> _candidate = ImmutableSortedDictionary<double, double>.Empty;
    private DateTimeOffset? _since;

    /// <summary>Evidence that more than <see cref="SlowMax"/> are slow.</summary>
    public BettingProcess Evidence { get; } = CountComparison.Begin();

    /// <summary>Whether it suffices for a failure.</summary>
    public bool Suffices => Evidence.Proves(falseAlarms);

    /// <summary>The candidate's 95th percentile, as the bound of its bucket in seconds; null when unknown.</summary>
    public double? Candidate => P95(_candidate);

    /// <summary>Stable's.</summary>
    public double? Stable => P95(_stable);

    /// <summary>Jobs of the candidate.</summary>
    public double Jobs => Total(_candidate);

    /// <summary>The bound in seconds beyond which a job is slow; null while nothing can be said.</summary>
    public double? Bound { get; private set; }

    /// <summary>The candidate's slow jobs, of those judged.</summary>
    public Ratio Slow { get; private set; }

    /// <summary>Adds what was counted over the same time.</summary>
    public void Add(DateTimeOffset at, ImmutableSortedDictionary<double, double> candidate, ImmutableSortedDictionary<double, double> stable)
    {
        Bound = Slowest(candidate);
        if (Bound is { } bound && Total(candidate) is > 0 and var jobs)
        {
            var slow = Math.Clamp(jobs - candidate[bound], 0, jobs);
            _since ??= at;
            Evidence.Take(at - _since.Value, CountComparison.Share(slow, jobs, SlowMax, downwards: false));
            Slow += new Ratio(slow, jobs);
        }
        _candidate = Plus(_candidate, candidate);
        _stable = Plus(_stable, stable);
    }

    private double? Slowest(ImmutableSortedDictionary<double, double> candidate)
    {
        if (Total(_stable) < StableMin || P95(_stable) is not { } p95 || double.IsInfinity(p95))
            return null;
        var least = Math.Max(p95 * slower, floor.TotalSeconds);
        foreach (var (bound, _) in candidate)
        {
            if (bound >= least * (1 - 1e-9))
                return double.IsInfinity(bound) ? null : bound;
        }
        return null;
    }

    private static double? P95(ImmutableSortedDictionary<double, double> buckets)
    {
        var total = Total(buckets);
        if (total <= 0)
            return null;
        foreach (var (bound, count) in buckets)
        {
            if (count >= total * 0.95)
                return bound;
        }
        return null;
    }

    private static double Total(ImmutableSortedDictionary<double, double> buckets) => buckets.GetValueOrDefault(double.PositiveInfinity);

    private static ImmutableSortedDictionary<double, double> Plus(ImmutableSortedDictionary<double, double> some, ImmutableSortedDictionary<double, double> more)
        => some.SetItems(more.Select(pair => KeyValuePair.Create(pair.Key, pair.Value + some.GetValueOrDefault(pair.Key))));
}
