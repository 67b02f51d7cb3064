namespace Slipway.Gateway.Balancing;

/// <summary>
/// Puts an instance aside for a while that answers far more slowly than its siblings: its latency, as it was lately, is above three times
/// their median and above that by more than noise. One at a time, of three at least, and never more than half.
/// </summary>
internal static class SlowInstances
{
    private const int SiblingsMin = 3;
    private const double TimesMedian = 3;
    private const double FloorMicroseconds = 50_000;
    private const int AsideMilliseconds = 30_000;

    /// <summary>Judges the instances of a release; the one that was put aside, null for none.</summary>
    public static EndpointState? Judge(ReadOnlySpan<EndpointState> endpoints, long now)
    {
        if (endpoints.Length < SiblingsMin)
            return null;
        var latencies = new List<double>(endpoints.Length);
        EndpointState? slowest = null;
        var aside = 0;
        foreach (var endpoint in endpoints)
        {
            aside += endpoint.Breaker.IsOpen(now) || endpoint.SlowUntil > now ? 1 : 0;
            if (endpoint.Latency.Recent is not { } recent)
                continue;
            latencies.Add(recent);
            if (slowest is null || recent > slowest.Latency.Recent)
                slowest = endpoint;
        }
        if (slowest is null || latencies.Count < SiblingsMin || (aside + 1) * 2 > endpoints.Length)
            return null;
        latencies.Sort();
        var median = latencies[(latencies.Count - 1) / 2];
        if (!(slowest.Latency.Recent > median * TimesMedian) || !(slowest.Latency.Recent > median + FloorMicroseconds))
            return null;
        slowest.SetSlow(now + AsideMilliseconds);
        return slowest;
    }
}

/// <summary>The time to the first byte of an instance, as it was lately: an average in which the last sixteen weigh most.</summary>
internal sealed class RecentLatency
{
    private const int SamplesMin = 20;
    private const double Part = 1.0 / 16;

    private double _average;
    private int _samples;

    /// <summary>The average in microseconds; null while it rests on too little.</summary>
    public double? Recent => Volatile.Read(ref _samples) >= SamplesMin ? Volatile.Read(ref _average) : null;

    /// <summary>Takes one. Engines may get into each other's way: then one of two is lost, which an average can bear.</summary>
    public void Add(long microseconds)
    {
        _average = _samples == 0 ? microseconds : _average + (microseconds - _average) * Part;
        if (_samples < SamplesMin)
            Volatile.Write(ref _samples, _samples + 1);
    }

    /// <summary>Begins anew.</summary>
    public void Forget() => Volatile.Write(ref _samples, 0);
}
