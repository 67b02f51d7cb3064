using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Core.Telemetry;

namespace Slipway.Gateway.Statistics;

/// <summary>
/// What one release has done for one service. Every request that was begun with it ends in exactly one of three: an answer,
/// a transport failure, a client that gave up; so that Requests is always the sum of these.
/// </summary>
internal sealed class ReleaseCounters(ServiceName service, ReleaseId release)
{
    private readonly long[] _statusClasses = new long[5];
    private readonly long[] _latency = new long[LatencyBuckets.Count];
    private readonly Exemplar?[] _exemplars = new Exemplar?[HistogramBounds.Microseconds.Length + 1];
    private long _latencySumMicroseconds;
    private long _transportFailures;
    private long _clientAborts;
    private int _errorsInARow;
    private int _errorsInARowMax;
    private int _inFlight;

    /// <summary>The service.</summary>
    public ServiceName Service => service;

    /// <summary>The release.</summary>
    public ReleaseId Release => release;

    /// <summary>Counts a request in.</summary>
    public void Begin() => Interlocked.Increment(ref _inFlight);

    /// <summary>Counts the time to the first byte of an answer.</summary>
    /// <param name="microseconds">The time.</param>
    /// <param name="traceId">The trace that the request is written down in; null for none.</param>
    public void AnswerBegan(long microseconds, string? traceId)
    {
        if (traceId is not null)
            _exemplars[HistogramBounds.IndexOf(microseconds)] = new(traceId, microseconds, DateTimeOffset.UtcNow);
        Interlocked.Increment(ref _latency[LatencyBuckets.IndexOf(microseconds)]);
        Interlocked.Add(ref _latencySumMicroseconds, Math.Max(0, microseconds));
    }

    /// <summary>Counts a request out that got its whole answer.</summary>
    public void EndAnswered(int status)
    {
        Interlocked.Increment(ref _statusClasses[status / 100 - 1]);
        if (status >= 500)
            AddError();
        else if (Volatile.Read(ref _errorsInARow) != 0)
            Volatile.Write(ref _errorsInARow, 0);
        Interlocked.Decrement(ref _inFlight);
    }

    /// <summary>Counts a request out that the instance's side refused, reset, truncated or left waiting.</summary>
    public void EndFailed()
    {
        Interlocked.Increment(ref _transportFailures);
        AddError();
        Interlocked.Decrement(ref _inFlight);
    }

    /// <summary>Counts a request out that its client gave up.</summary>
    public void EndAborted()
    {
        Interlocked.Increment(ref _clientAborts);
        Interlocked.Decrement(ref _inFlight);
    }

    /// <summary>Takes a request back that was never sent, such as on a connection that had been closed at rest.</summary>
    public void EndUncounted() => Interlocked.Decrement(ref _inFlight);

    /// <summary>What has been counted up to now.</summary>
    public ReleaseReading Read()
    {
        var classes = ImmutableArray.CreateBuilder<long>(_statusClasses.Length);
        long answered = 0;
        for (var i = 0; i < _statusClasses.Length; i++)
        {
            classes.Add(Volatile.Read(ref _statusClasses[i]));
            answered += classes[i];
        }
        var latency = ImmutableSortedDictionary.CreateBuilder<int, long>();
        for (var i = 0; i < _latency.Length; i++)
        {
            if (Volatile.Read(ref _latency[i]) is var count and not 0)
                latency.Add(i, count);
        }
        var failures = Volatile.Read(ref _transportFailures);
        var aborts = Volatile.Read(ref _clientAborts);
        var traffic = new ReleaseTraffic
        {
            Service = service,
            Release = release,
            Requests = answered + failures + aborts,
            Errors = classes[4] + failures,
            StatusClasses = classes.ToImmutable(),
            TransportFailures = failures,
            ClientAborts = aborts,
            ErrorsInARow = Volatile.Read(ref _errorsInARow),
            ErrorsInARowMax = Volatile.Read(ref _errorsInARowMax),
            InFlight = Volatile.Read(ref _inFlight),
            Latency = latency.ToImmutable(),
        };
        return new(traffic, Volatile.Read(ref _latencySumMicroseconds), [.. _exemplars]);
    }

    private void AddError()
    {
        var run = Interlocked.Increment(ref _errorsInARow);
        var max = Volatile.Read(ref _errorsInARowMax);
        while (run > max)
        {
            var seen = Interlocked.CompareExchange(ref _errorsInARowMax, run, max);
            if (seen == max)
                return;
            max = seen;
        }
    }
}
