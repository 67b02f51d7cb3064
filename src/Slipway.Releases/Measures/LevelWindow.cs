using Slipway.Core.Manifests;

namespace Slipway.Releases.Measures;

/// <summary>
/// Values of the instances of a release over the last seconds. Their level is the median over the instances of the median
/// over the time, which neither a spike of some seconds nor one odd instance of several moves.
/// </summary>
/// <param name="sustained">How long the values are looked at.</param>
public sealed class LevelWindow(TimeSpan sustained)
{
    private const int ValuesMin = 3;
    private readonly Dictionary<InstanceId, Queue<(DateTimeOffset At, double Value)>> _values = [];

    /// <summary>Adds a value of an instance.</summary>
    public void Add(InstanceId instance, DateTimeOffset at, double value)
    {
        if (!_values.TryGetValue(instance, out var queue))
            _values[instance] = queue = new();
        if (queue.Count > 0 && queue.Last().At >= at)
            return;
        queue.Enqueue((at, value));
        while (queue.Count > ValuesMin && queue.Peek().At < at - sustained)
            queue.Dequeue();
    }

    /// <summary>Forgets instances that are gone.</summary>
    public void Keep(IReadOnlySet<InstanceId> instances)
    {
        foreach (var gone in _values.Keys.Where(id => !instances.Contains(id)).ToList())
            _values.Remove(gone);
    }

    /// <summary>The level; null while no instance has been seen for most of the time.</summary>
    public double? Level
    {
        get
        {
            // Values come some seconds apart, so the first of a full window is a little younger than the window.
            var seen = _values.Values.Where(queue => queue.Count >= ValuesMin && queue.Last().At - queue.Peek().At >= sustained * 0.8)
                .Select(queue => Median(queue.Select(one => one.Value))).ToList();
            return seen.Count == 0 ? null : Median(seen);
        }
    }

    /// <summary>The median; of an even number the mean of the two in the middle.</summary>
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        var half = sorted.Count / 2;
        return sorted.Count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
