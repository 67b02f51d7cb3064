using System.Collections.Immutable;
using Slipway.Core.Telemetry;
using Slipway.Releases.Gates;

namespace Slipway.Releases.Evidence;

/// <summary>
/// How much slower than stable one service of the candidate surely is. It looks at all since the share began, at all since
/// the candidate has warmed up, and at six later stretches for what begins late; what may be risked is spread over them.
/// </summary>
internal sealed class LatencyEvidence
{
    private const int WindowsMax = 8;
    private static readonly TimeSpan Stretch = TimeSpan.FromSeconds(10);
    private static readonly ImmutableArray<double> Quantiles = [0.5, 0.95];

    private readonly List<Window> _windows = [];
    private int _begun;
    private string? _epoch;
    private DateTimeOffset? _share;
    private ReleaseTraffic? _candidate;
    private ReleaseTraffic? _stable;

    /// <summary>What a stretch of time says of one quantile.</summary>
    /// <param name="Quantile">The quantile, 0 to 1.</param>
    /// <param name="Mine">The candidate's in this sample, in microseconds.</param>
    /// <param name="Theirs">Stable's.</param>
    /// <param name="Proved">Whether what was asked is proved.</param>
    public readonly record struct Finding(double Quantile, long Mine, long Theirs, bool Proved);

    /// <summary>Takes a reading.</summary>
    /// <param name="reading">When, and of which epoch of the gateway.</param>
    /// <param name="share">Since when the candidate has its share.</param>
    /// <param name="warmUp">How long it may be slow from then on.</param>
    /// <param name="counters">The candidate's and stable's counters in a reading.</param>
    /// <param name="log">The readings before.</param>
    public void Take(TrafficReading reading, DateTimeOffset share, TimeSpan warmUp, Func<TrafficReading, (ReleaseTraffic? Mine, ReleaseTraffic? Theirs)> counters, TrafficLog log)
    {
        if (_epoch != reading.Epoch || _share != share)
        {
            (_epoch, _share) = (reading.Epoch, share);
            _windows.Clear();
            Begin(share, warmUp > TimeSpan.Zero, counters(log.At(share) ?? reading));
        }
        (_candidate, _stable) = counters(reading);
        var last = _windows[^1];
        if (reading.At < (last.Early ? share + warmUp : last.Began + Stretch))
            return;
        // The first two stay, of the later ones the last six: the oldest of them has seen fifty seconds at least.
        if (_windows.Count == WindowsMax)
            _windows.RemoveAt(2);
        Begin(reading.At, early: false, (_candidate, _stable));
    }

    /// <summary>Whether the candidate is surely slower than a multiple of stable, by the median or by the 95th percentile; one finding, the proof if there is one.</summary>
    /// <param name="ratio">The multiple.</param>
    /// <param name="floor">Below that it is never slow, in microseconds.</param>
    /// <param name="risk">The chance, at most, that this is ever said wrongly.</param>
    /// <param name="requestsMin">Fewer requests say nothing.</param>
    /// <param name="record">Stable's latencies from before, where it has no share now; null where it has.</param>
    public Finding? Slower(double ratio, long floor, double risk, int requestsMin, ImmutableSortedDictionary<int, long>? record)
    {
        Finding? seen = null;
        foreach (var window in _windows.Where(window => !window.Early))
        {
            var (mine, theirs) = Samples(window, record);
            if (mine.Total < requestsMin)
                continue;
            var part = risk / (window.Number * (window.Number + 1.0)) / (2 * Quantiles.Length);
            foreach (var quantile in Quantiles)
            {
                var (here, there) = (mine.Quantile(quantile) ?? 0, theirs.Quantile(quantile) ?? 0);
                // What does not even look slow is never surely slow, and that is quickly seen.
                var proved = here > floor && here > there * ratio && mine.SurelyAbove(quantile, part) is var least && least > floor
                    && theirs.SurelyBelow(quantile, part) is { } most && least > Math.Max(1, most) * ratio;
                if (seen is null || proved)
                    seen = new(quantile, here, there, proved);
                if (proved)
                    return seen;
            }
        }
        return seen;
    }

    /// <summary>Whether the candidate is surely faster than a multiple of stable, or than the floor, by the median and by the 95th percentile.</summary>
    /// <param name="ratio">The multiple.</param>
    /// <param name="floor">Below that it is never slow, in microseconds.</param>
    /// <param name="risk">The chance, at most, that this is ever said wrongly.</param>
    /// <param name="requestsMin">Fewer requests say nothing.</param>
    /// <param name="record">Stable's latencies from before, where it has no share now; null where it has.</param>
    public bool Faster(double ratio, long floor, double risk, int requestsMin, ImmutableSortedDictionary<int, long>? record)
    {
        var first = _windows.Count == 0 ? 0 : _windows[0].Number;
        return _windows.Exists(window =>
        {
            var (mine, theirs) = Samples(window, record);
            var part = risk / ((window.Number - first + 1) * (window.Number - first + 2.0)) / 2;
            return mine.Total >= requestsMin && Quantiles.All(quantile => mine.SurelyBelow(quantile, part) is { } most
                && (most <= floor || most < theirs.SurelyAbove(quantile, part) * ratio));
        });
    }

    /// <summary>The quantile of both since the share began, in microseconds; null where nothing was timed.</summary>
    public (long? Mine, long? Theirs) Seen(double quantile, ImmutableSortedDictionary<int, long>? record)
    {
        if (_windows.Count == 0)
            return (null, null);
        var (mine, theirs) = Samples(_windows[0], record);
        return (mine.Quantile(quantile), theirs.Quantile(quantile));
    }

    private void Begin(DateTimeOffset at, bool early, (ReleaseTraffic? Mine, ReleaseTraffic? Theirs) counters)
        => _windows.Add(new(at, early, counters.Mine, counters.Theirs, ++_begun));

    private (LatencySample Mine, LatencySample Theirs) Samples(Window window, ImmutableSortedDictionary<int, long>? record) => (
        LatencySample.Between(window.Candidate?.Latency, _candidate?.Latency),
        record is not null ? LatencySample.Between(null, record) : LatencySample.Between(window.Stable?.Latency, _stable?.Latency));

    private sealed record Window(DateTimeOffset Began, bool Early, ReleaseTraffic? Candidate, ReleaseTraffic? Stable, int Number);
}
