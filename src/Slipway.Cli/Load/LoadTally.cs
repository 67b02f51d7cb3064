using System.Collections.Immutable;
using System.Diagnostics;
using Slipway.Core.Telemetry;

namespace Slipway.Cli.Load;

/// <summary>Counts how requests end. Its size depends on the plan's length in seconds and the number of releases, not on requests.</summary>
internal sealed class LoadTally
{
    private const int FailuresMax = 200;
    private const int ReleasesMax = 64;
    private const int SecondsMax = 24 * 3600;
    private const string Unknown = "unknown";

    private readonly Lock _lock = new();
    private readonly LoadPlan _plan;
    private readonly Counter _total = new();
    private readonly Counter[] _byRequest;
    private readonly Dictionary<string, Counter> _byRelease = [];
    private readonly long[] _latency = new long[LatencyBuckets.Count];
    private readonly long[] _statusClasses = new long[5];
    private readonly List<(long Ok, long Bad)> _seconds = [];
    private readonly List<LoadFailure> _failures = [];
    private readonly long _startedAt;
    private readonly DateTimeOffset _startedTime = DateTimeOffset.UtcNow;
    private long _latencyMaxUs;
    private long _lateMax;
    private long _due;
    private long _opened;
    private int _open;
    private int _peak;

    /// <summary>Begins to count.</summary>
    public LoadTally(LoadPlan plan, long startedAt)
    {
        (_plan, _startedAt) = (plan, startedAt);
        _byRequest = new Counter[plan.Mix.Length];
        for (var i = 0; i < _byRequest.Length; i++)
            _byRequest[i] = new();
    }

    /// <summary>Counts a request that fell due.</summary>
    public void CountDue(long dueAt, long now)
    {
        lock (_lock)
        {
            _due++;
            _lateMax = Math.Max(_lateMax, now - dueAt);
        }
    }

    /// <summary>Counts a connection that was opened.</summary>
    public void CountOpened()
    {
        lock (_lock)
        {
            _opened++;
            _peak = Math.Max(_peak, ++_open);
        }
    }

    /// <summary>Counts a connection that was closed.</summary>
    public void CountClosed()
    {
        lock (_lock)
            _open--;
    }

    /// <summary>Counts the end of a request.</summary>
    public void Count(in LoadWork work, in LoadEnd end)
    {
        var now = Stopwatch.GetTimestamp();
        var latencyUs = (long)Stopwatch.GetElapsedTime(work.DueAt, now).TotalMicroseconds;
        lock (_lock)
        {
            var at = _startedTime + Stopwatch.GetElapsedTime(_startedAt, now);
            _total.Count(end.Outcome, at);
            _byRequest[work.Request].Count(end.Outcome, at);
            ReleaseLocked(end.Release).Count(end.Outcome, at);
            if (end.Outcome <= LoadOutcome.Mismatched)
            {
                _latency[LatencyBuckets.IndexOf(latencyUs)]++;
                _latencyMaxUs = Math.Max(_latencyMaxUs, latencyUs);
                _statusClasses[Math.Clamp(end.Status / 100, 1, 5) - 1]++;
            }
            CountSecondLocked(work.DueAt, end.Outcome == LoadOutcome.Ok);
            if (end.Outcome != LoadOutcome.Ok && _failures.Count < FailuresMax)
                _failures.Add(new(at, work.Number, _plan.Mix[work.Request].Name, end.Outcome, end.Status == 0 ? null : end.Status, end.Release, end.Detail));
        }
    }

    /// <summary>What was counted until now.</summary>
    public LoadReport Report()
    {
        lock (_lock)
        {
            return new()
            {
                StartedAt = _startedTime,
                ElapsedSeconds = Stopwatch.GetElapsedTime(_startedAt).TotalSeconds,
                Due = _due,
                Total = _total.ToCounts(),
                ByRequest = _plan.Mix.Select((request, index) => (request.Name, Counts: _byRequest[index].ToCounts()))
                    .ToImmutableSortedDictionary(pair => pair.Name, pair => pair.Counts, StringComparer.Ordinal),
                ByRelease = _byRelease.ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value.ToCounts(), StringComparer.Ordinal),
                StatusClasses = [.. _statusClasses],
                Latency = LatencyLocked(),
                Connections = new(_opened, _peak),
                ClientLateMaxMs = Stopwatch.GetElapsedTime(0, _lateMax).TotalMilliseconds,
                Seconds = [.. _seconds.Select((second, index) => new LoadSecond(index, second.Ok, second.Bad))],
                Failures = [.. _failures],
            };
        }
    }

    private Counter ReleaseLocked(string? release)
    {
        release ??= Unknown;
        if (_byRelease.TryGetValue(release, out var counter))
            return counter;
        if (_byRelease.Count >= ReleasesMax)
            release = "others";
        if (!_byRelease.TryGetValue(release, out counter))
            _byRelease[release] = counter = new();
        return counter;
    }

    private void CountSecondLocked(long dueAt, bool ok)
    {
        var second = Math.Min(SecondsMax - 1, (int)Stopwatch.GetElapsedTime(_startedAt, dueAt).TotalSeconds);
        while (_seconds.Count <= second)
            _seconds.Add((0, 0));
        var (good, bad) = _seconds[second];
        _seconds[second] = ok ? (good + 1, bad) : (good, bad + 1);
    }

    private LoadLatency LatencyLocked()
    {
        var counts = new Dictionary<int, long>();
        for (var i = 0; i < _latency.Length; i++)
        {
            if (_latency[i] > 0)
                counts[i] = _latency[i];
        }
        double? At(double quantile) => LatencyBuckets.Quantile(counts, quantile) is { } us ? Math.Min(us, _latencyMaxUs) / 1000.0 : null;
        return new(At(0.5), At(0.9), At(0.95), At(0.99), At(0.999), counts.Count == 0 ? null : _latencyMaxUs / 1000.0);
    }

    private sealed class Counter
    {
        private readonly long[] _ends = new long[(int)LoadOutcome.Refused + 1];
        private DateTimeOffset? _firstBadAt;
        private DateTimeOffset? _lastBadAt;

        public void Count(LoadOutcome outcome, DateTimeOffset at)
        {
            _ends[(int)outcome]++;
            if (outcome == LoadOutcome.Ok)
                return;
            _firstBadAt ??= at;
            _lastBadAt = at;
        }

        public LoadCounts ToCounts() => new()
        {
            Ok = _ends[(int)LoadOutcome.Ok],
            ServerErrors = _ends[(int)LoadOutcome.ServerError],
            Mismatched = _ends[(int)LoadOutcome.Mismatched],
            Resets = _ends[(int)LoadOutcome.Reset],
            Truncated = _ends[(int)LoadOutcome.Truncated],
            Timeouts = _ends[(int)LoadOutcome.Timeout],
            Refused = _ends[(int)LoadOutcome.Refused],
            FirstBadAt = _firstBadAt,
            LastBadAt = _lastBadAt,
        };
    }
}
