using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Core.Telemetry;
using Slipway.Gateway.Validation;

namespace Slipway.Gateway.Statistics;

/// <summary>All counters of a gateway since it started.</summary>
internal sealed class TrafficBook
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(ServiceName, ReleaseId), ReleaseCounters> _releases = [];
    private long _unrouted;
    private long _refused;
    private long _handshakesFailed;
    private readonly long[] _refusals = new long[Enum.GetValues<RefusalReason>().Length];
    private readonly long[] _findings = new long[Enum.GetValues<AttackClass>().Length];
    private int _connections;
    private long _connectionsTotal;

    /// <summary>Tells the counts of this start from those of another.</summary>
    public string Epoch { get; } = $"{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds():x}-{Environment.ProcessId:x}-{Random.Shared.Next():x}";

    /// <summary>Client connections that are open.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Client connections ever taken.</summary>
    public long ConnectionsTotal => Volatile.Read(ref _connectionsTotal);

    /// <summary>Requests refused since they broke the rules of HTTP.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>TLS handshakes that failed.</summary>
    public long HandshakesFailed => Volatile.Read(ref _handshakesFailed);

    /// <summary>Requests answered here since no route matched or none could take it.</summary>
    public long Unrouted => Volatile.Read(ref _unrouted);

    /// <summary>The counters of a release, made at its first mention.</summary>
    public ReleaseCounters Of(ServiceName service, ReleaseId release)
    {
        lock (_lock)
        {
            if (!_releases.TryGetValue((service, release), out var counters))
                _releases.Add((service, release), counters = new(service, release));
            return counters;
        }
    }

    /// <summary>Counts a request that no release could be asked.</summary>
    public void CountUnrouted() => Interlocked.Increment(ref _unrouted);

    /// <summary>Counts a request that broke the rules.</summary>
    public void CountRefused() => Interlocked.Increment(ref _refused);

    /// <summary>Counts a request that a route does not take.</summary>
    public void CountRefusal(RefusalReason reason) => Interlocked.Increment(ref _refusals[(int)reason]);

    /// <summary>Requests that routes did not take, for a reason.</summary>
    public long Refusals(RefusalReason reason) => Volatile.Read(ref _refusals[(int)reason]);

    /// <summary>Counts a request that looks like an attack, whether it was refused or not.</summary>
    public void CountFinding(AttackClass attack) => Interlocked.Increment(ref _findings[(int)attack]);

    /// <summary>Requests that looked like attacks of a class.</summary>
    public long Findings(AttackClass attack) => Volatile.Read(ref _findings[(int)attack]);

    /// <summary>Counts a TLS handshake that failed.</summary>
    public void CountHandshakeFailed() => Interlocked.Increment(ref _handshakesFailed);

    /// <summary>Counts a client in; gives how many there are now.</summary>
    public int ConnectionOpened()
    {
        Interlocked.Increment(ref _connectionsTotal);
        return Interlocked.Increment(ref _connections);
    }

    /// <summary>Counts a client out.</summary>
    public void ConnectionClosed() => Interlocked.Decrement(ref _connections);

    /// <summary>Every release, by service and release.</summary>
    public List<ReleaseReading> ReadReleases()
    {
        ReleaseCounters[] all;
        lock (_lock)
            all = [.. _releases.Values];
        var readings = new List<ReleaseReading>(all.Length);
        foreach (var counters in all)
            readings.Add(counters.Read());
        readings.Sort(static (one, other) => string.CompareOrdinal(
            $"{one.Traffic.Service} {one.Traffic.Release}", $"{other.Traffic.Service} {other.Traffic.Release}"));
        return readings;
    }

    /// <summary>Everything as the control plane reads it.</summary>
    /// <param name="tableVersion">The version of the live table.</param>
    /// <param name="instances">What each instance carries.</param>
    /// <param name="at">The time.</param>
    public TrafficReading Read(long tableVersion, ImmutableArray<InstanceTraffic> instances, DateTimeOffset at)
    {
        var releases = ImmutableArray.CreateBuilder<ReleaseTraffic>();
        foreach (var reading in ReadReleases())
            releases.Add(reading.Traffic);
        return new()
        {
            Epoch = Epoch,
            At = at,
            TableVersion = tableVersion,
            Unrouted = Unrouted,
            Releases = releases.ToImmutable(),
            Instances = instances,
        };
    }
}
