using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Core.Telemetry;
using Slipway.Releases.Rollouts;

namespace Slipway.Releases.Gates;

/// <summary>
/// The gateway's readings of the last minutes. Readings are thinned as they age: every half second for a minute, every
/// ten seconds for twenty; a new epoch of the gateway begins a new log, since its counters began again.
/// </summary>
public sealed record TrafficLog
{
    private static readonly TimeSpan Fine = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan FineFor = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Coarse = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(20);

    private const int BurstErrorsMin = 3;
    private static readonly TimeSpan Burst = TimeSpan.FromSeconds(2);

    /// <summary>No reading at all.</summary>
    public static TrafficLog Empty { get; } = new();

    /// <summary>The readings of one epoch, oldest first, the last one never thinned.</summary>
    public ImmutableArray<TrafficReading> Readings { get; init; } = [];

    /// <summary>Whether the gateway answered when it was last asked.</summary>
    public bool Answers { get; init; }

    /// <summary>The last reading; null when there is none.</summary>
    public TrafficReading? Last => Readings.IsEmpty ? null : Readings[^1];

    /// <summary>The log after asking the gateway.</summary>
    /// <param name="reading">What it answered; null when it did not.</param>
    public TrafficLog Add(TrafficReading? reading)
    {
        if (reading is null)
            return this with { Answers = false };
        if (Last is null || Last.Epoch != reading.Epoch)
            return new() { Answers = true, Readings = [reading] };
        var kept = Readings.ToBuilder();
        if (kept.Count >= 2 && kept[^1].At - kept[^2].At < Fine)
            kept.RemoveAt(kept.Count - 1);
        kept.Add(reading);
        for (var i = 1; i < kept.Count - 1 && reading.At - kept[i].At > FineFor; i++)
        {
            if (kept[i + 1].At - kept[i - 1].At <= Coarse)
                kept.RemoveAt(i--);
        }
        while (kept.Count > 2 && reading.At - kept[0].At > Kept)
            kept.RemoveAt(0);
        return new() { Answers = true, Readings = kept.ToImmutable() };
    }

    /// <summary>The reading that a window ending now begins at: the last one at or before a time, else the first one there is.</summary>
    public TrafficReading? At(DateTimeOffset time)
    {
        for (var i = Readings.Length - 1; i >= 0; i--)
        {
            if (Readings[i].At <= time)
                return Readings[i];
        }
        return Readings.IsEmpty ? null : Readings[0];
    }

    /// <summary>What a service of a release did between a reading and the last one.</summary>
    public TrafficWindow Since(TrafficReading from, ServiceName service, ReleaseId release)
        => TrafficWindow.Between(Find(from, service, release), Last is null ? null : Find(Last, service, release));

    /// <summary>The counters of a service of a release; null when there are none.</summary>
    public static ReleaseTraffic? Find(TrafficReading reading, ServiceName service, ReleaseId release)
        => reading.Find(service, release);

    /// <summary>The record of a release over the last seconds, service by service.</summary>
    public ImmutableArray<ServiceRecord> Record(Release release, DateTimeOffset since)
    {
        if (At(since) is not { } from)
            return [];
        return
        [
            .. release.Services.Select(one => (one.Service.Name, Window: Since(from, one.Service.Name, release.Id)))
                .Where(one => one.Window.Requests > 0)
                .Select(one => new ServiceRecord(one.Name, one.Window.Requests, one.Window.Errors, one.Window.P95Microseconds)
                {
                    WorstErrorRatio = WorstErrorRatio(one.Name, release.Id),
                    Seconds = (Last!.At - from.At).TotalSeconds,
                    Latency = one.Window.Latency.ToImmutableSortedDictionary(),
                }),
        ];
    }

    // One or two errors in a short while are chance, not a burst.
    private double WorstErrorRatio(ServiceName service, ReleaseId release)
    {
        var worst = 0.0;
        var from = 0;
        for (var to = 1; to < Readings.Length; to++)
        {
            while (from + 1 < to && Readings[to].At - Readings[from + 1].At >= Burst)
                from++;
            if (Find(Readings[to], service, release) is not { } end || end.Errors < BurstErrorsMin)
                continue;
            var begin = Find(Readings[from], service, release);
            var (requests, errors) = (end.Requests - (begin?.Requests ?? 0), end.Errors - (begin?.Errors ?? 0));
            if (errors >= BurstErrorsMin)
                worst = Math.Max(worst, (double)errors / Math.Max(1, requests));
        }
        return worst;
    }

    /// <summary>The counters of a release as they are, to tell later what it inherited.</summary>
    public TrafficBaseline? Baseline(ReleaseId release) => Last is null ? null : new(
        Last.Epoch,
        [.. Last.Releases.Where(one => one.Release == release).Select(one => new ServiceBaseline(one.Service, one.Requests, one.Errors, one.ErrorsInARowMax))]);
}

/// <summary>Traffic between two readings.</summary>
/// <param name="Requests">Requests ended.</param>
/// <param name="Errors">Those that failed.</param>
/// <param name="Latency">Their latencies, by bucket.</param>
public sealed record TrafficWindow(long Requests, long Errors, IReadOnlyDictionary<int, long> Latency)
{
    /// <summary>Share of failed requests, 0 to 1; 0 without any request.</summary>
    public double ErrorRatio => Requests == 0 ? 0 : (double)Errors / Requests;

    /// <summary>The latency, in microseconds, that 95 % stayed below; null without any.</summary>
    public long? P95Microseconds => LatencyBuckets.Quantile(Latency, 0.95);

    /// <summary>The differences of two readings' counters.</summary>
    public static TrafficWindow Between(ReleaseTraffic? from, ReleaseTraffic? to)
    {
        if (to is null)
            return new(0, 0, new Dictionary<int, long>());
        var latency = new Dictionary<int, long>();
        foreach (var (bucket, count) in to.Latency)
        {
            var before = from is not null && from.Latency.TryGetValue(bucket, out var known) ? known : 0;
            if (count > before)
                latency[bucket] = count - before;
        }
        return new(to.Requests - (from?.Requests ?? 0), to.Errors - (from?.Errors ?? 0), latency);
    }
}
