using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Core.Telemetry;
using Slipway.Releases.Ports;

namespace Slipway.Releases.Measures;

/// <summary>What an instance counted between two of its tellings.</summary>
/// <param name="Seconds">The time between them.</param>
/// <param name="Counts">By selector, what was added; null where the metric is missing or no number.</param>
/// <param name="Buckets">By selector of a histogram, what was added at or below each bound.</param>
public sealed record Increment(double Seconds, ImmutableArray<double?> Counts, ImmutableArray<ImmutableSortedDictionary<double, double>> Buckets);

/// <summary>
/// Follows the counters of instances from one telling to the next. A counter that begins anew, with a new process or below
/// what it was, has counted from 0.
/// </summary>
/// <param name="counters">The counters.</param>
/// <param name="histograms">The buckets of histograms, by the name that their samples bear.</param>
internal sealed class MetricTracks(ImmutableArray<MetricSelector> counters, ImmutableArray<MetricSelector> histograms)
{
    private readonly Dictionary<InstanceId, Track> _tracks = [];

    /// <summary>What an instance added since it last told; null when it has told nothing new, or for the first time.</summary>
    public Increment? Next(Instance instance)
    {
        if (instance.Metrics is not { Trouble: null } told)
            return null;
        var before = _tracks.GetValueOrDefault(instance.Id);
        if (before is not null && told.At <= before.At)
            return null;
        var counts = counters.Select(selector => Total(told.Samples, selector)).ToImmutableArray();
        var buckets = histograms.Select(selector => BucketsOf(told.Samples, selector)).ToImmutableArray();
        _tracks[instance.Id] = new(told.At, instance.StartedAt, counts, buckets);
        if (before is null)
            return null;
        var isAnew = instance.StartedAt != before.StartedAt;
        return new(
            (told.At - before.At).TotalSeconds,
            [.. counts.Select((count, i) => count is { } now ? Added(isAnew ? 0 : before.Counts[i] ?? 0, now) : (double?)null)],
            [.. buckets.Select((now, i) => now.ToImmutableSortedDictionary(pair => pair.Key, pair => Added(isAnew ? 0 : before.Buckets[i].GetValueOrDefault(pair.Key), pair.Value)))]);
    }

    /// <summary>Forgets instances that are gone.</summary>
    public void Keep(IEnumerable<InstanceId> instances)
    {
        var kept = instances.ToHashSet();
        foreach (var gone in _tracks.Keys.Where(id => !kept.Contains(id)).ToList())
            _tracks.Remove(gone);
    }

    /// <summary>The sum of the samples that are meant; 0 when the metric has others only, null when there is none of its name or one is no number.</summary>
    public static double? Total(ImmutableArray<MetricSample> samples, MetricSelector selector)
    {
        double? total = null;
        foreach (var sample in samples)
        {
            if (sample.Name == selector.Name)
                total = (total ?? 0) + (selector.Matches(sample) ? sample.Value : 0);
        }
        return total is { } sum && double.IsFinite(sum) ? sum : null;
    }

    private static ImmutableSortedDictionary<double, double> BucketsOf(ImmutableArray<MetricSample> samples, MetricSelector selector)
    {
        var buckets = ImmutableSortedDictionary.CreateBuilder<double, double>();
        foreach (var sample in samples)
        {
            if (selector.Matches(sample) && double.IsFinite(sample.Value) && Bound(sample["le"]) is { } bound)
                buckets[bound] = buckets.GetValueOrDefault(bound) + sample.Value;
        }
        return buckets.ToImmutable();
    }

    private static double? Bound(string text) => text is "+Inf" or "Inf" ? double.PositiveInfinity
        : double.TryParse(text, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out var bound) && !double.IsNaN(bound) ? bound : null;

    private static double Added(double before, double now) => now >= before ? now - before : Math.Max(0, now);

    private sealed record Track(
        DateTimeOffset At, DateTimeOffset? StartedAt, ImmutableArray<double?> Counts, ImmutableArray<ImmutableSortedDictionary<double, double>> Buckets);
}
