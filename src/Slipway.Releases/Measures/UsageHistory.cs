using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Releases.Ports;

namespace Slipway.Releases.Measures;

/// <summary>
/// What instances used at which age. It outlives rollouts, so that a candidate can be compared with what stable used when it
/// was as young; a control plane that restarts begins anew, and says nothing until there is something to compare with.
/// About 1 KiB an instance.
/// </summary>
public sealed class UsageHistory
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private readonly Dictionary<InstanceId, UsageTrack> _tracks = [];
    private DateTimeOffset _next = DateTimeOffset.MinValue;

    /// <summary>Takes down what instances use now; at most once a second.</summary>
    public void Add(ImmutableArray<Instance> instances, DateTimeOffset now)
    {
        if (now < _next)
            return;
        _next = now + Period;
        foreach (var instance in instances)
        {
            if (instance is not { Usage: { } usage, StartedAt: { } started })
                continue;
            if (!_tracks.TryGetValue(instance.Id, out var track) || track.StartedAt != started)
                _tracks[instance.Id] = track = new(started, now - started);
            track.Add(now - started, usage.MemoryBytes);
        }
        if (_tracks.Count > instances.Length)
        {
            var alive = instances.Select(one => one.Id).ToHashSet();
            foreach (var gone in _tracks.Keys.Where(id => !alive.Contains(id)).ToList())
                _tracks.Remove(gone);
        }
    }

    /// <summary>What is known of an instance; null for nothing.</summary>
    public UsageTrack? Of(InstanceId instance) => _tracks.GetValueOrDefault(instance);

    /// <summary>The median of the most memory that instances of stable had used when they were so old; null when none was seen from its youth on.</summary>
    public double? PeakAt(IEnumerable<Instance> stable, TimeSpan age)
    {
        var peaks = stable.Select(one => Of(one.Id)?.PeakUntil(age)).OfType<double>().ToList();
        return peaks.Count == 0 ? null : LevelWindow.Median(peaks);
    }
}

/// <summary>What one process of an instance used.</summary>
/// <param name="startedAt">When it was started.</param>
/// <param name="firstSeen">How old it was when it was first measured.</param>
public sealed class UsageTrack(DateTimeOffset startedAt, TimeSpan firstSeen)
{
    // Ages in seconds, denser where programs warm up.
    private static readonly int[] s_ages = [5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 450, 600, 900, 1200, 1800, 2700, 3600, int.MaxValue];
    private static readonly TimeSpan s_sampleEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_young = TimeSpan.FromSeconds(15);
    private const int SamplesMax = 60;

    private readonly long[] _peaks = new long[s_ages.Length];
    private readonly Queue<(double Seconds, double Bytes)> _samples = new();
    private TimeSpan _age;
    private double _sampledAt = double.NegativeInfinity;
    private MemoryTrend? _trend;

    /// <summary>When the process was started.</summary>
    public DateTimeOffset StartedAt => startedAt;

    /// <summary>Takes down its memory at an age.</summary>
    public void Add(TimeSpan age, long memoryBytes)
    {
        _age = age;
        var bucket = Bucket(age);
        _peaks[bucket] = Math.Max(_peaks[bucket], memoryBytes);
        if (age.TotalSeconds - _sampledAt < s_sampleEvery.TotalSeconds * 0.9)
            return;
        _sampledAt = age.TotalSeconds;
        _samples.Enqueue((_sampledAt, memoryBytes));
        if (_samples.Count > SamplesMax)
            _samples.Dequeue();
        _trend = null;
    }

    /// <summary>The most memory it had used when it was so old, in bytes; null when it was not seen when it was young, or is younger.</summary>
    public double? PeakUntil(TimeSpan age)
    {
        if (firstSeen > s_young || Bucket(_age) < Bucket(age))
            return null;
        return _peaks.Take(Bucket(age) + 1).Max();
    }

    /// <summary>How its memory moves; null while too little is known.</summary>
    public MemoryTrend? Trend => _trend ??= MemoryTrend.Of([.. _samples]);

    private static int Bucket(TimeSpan age) => Array.FindIndex(s_ages, bound => age.TotalSeconds <= bound);
}
