using System.Collections.Immutable;

namespace Slipway.Releases.Measures;

/// <summary>What the instances of candidate and stable counted over the same seconds.</summary>
/// <param name="At">When it ended.</param>
/// <param name="Candidate">The candidate's.</param>
/// <param name="Stable">Stable's.</param>
public sealed record Interval(DateTimeOffset At, Counted Candidate, Counted Stable);

/// <summary>What the instances of one release counted.</summary>
/// <param name="Seconds">Their time, added up.</param>
/// <param name="Requests">Requests that the gateway gave them; null when it did not tell.</param>
/// <param name="Counts">By selector; null where no instance told of it.</param>
/// <param name="Buckets">By selector of a histogram, at or below each bound.</param>
public sealed record Counted(double Seconds, double? Requests, ImmutableArray<double?> Counts, ImmutableArray<ImmutableSortedDictionary<double, double>> Buckets)
{
    /// <summary>Nothing, of so many selectors.</summary>
    public static Counted Nothing(int counts, int histograms) => new(
        0, null, [.. Enumerable.Repeat((double?)null, counts)], [.. Enumerable.Repeat(ImmutableSortedDictionary<double, double>.Empty, histograms)]);

    /// <summary>This and what another instance counted.</summary>
    public Counted Plus(Increment more) => this with
    {
        Seconds = Seconds + more.Seconds,
        Counts = [.. Counts.Select((count, i) => more.Counts[i] is { } added ? (count ?? 0) + added : count)],
        Buckets = [.. Buckets.Select((buckets, i) => Sum(buckets, more.Buckets[i]))],
    };

    private static ImmutableSortedDictionary<double, double> Sum(ImmutableSortedDictionary<double, double> some, ImmutableSortedDictionary<double, double> more)
        => some.SetItems(more.Select(pair => KeyValuePair.Create(pair.Key, pair.Value + some.GetValueOrDefault(pair.Key))));
}
