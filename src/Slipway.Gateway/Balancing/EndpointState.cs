using System.Net;
using System.Net.Sockets;
using Slipway.Core.Manifests;
using Slipway.Core.Routing;
using Slipway.Gateway.Engines;
using Slipway.Gateway.Hosting;
using Slipway.Gateway.Http2;
using Slipway.Gateway.Proxying;
using Slipway.Gateway.Wires;

namespace Slipway.Gateway.Balancing;

/// <summary>
/// A live instance: what is in flight to it, whether it is put aside, and its connections at rest. It stays the same object
/// from table to table for as long as the instance stands in one.
/// </summary>
internal sealed class EndpointState(Endpoint endpoint, int engineCount) : ISwept
{
    private const int RestingMax = 512;
    private const int RestMilliseconds = 60_000;

    // Node.js closes a connection after 5 s at rest. A request that could not be sent twice must not be the one that finds out.
    private const int RestMillisecondsForUnrepeatable = 4_000;
    private const int ProbeEveryMilliseconds = 1_000;
    private const int TryMilliseconds = 2_000;
    private const int AsideMillisecondsMin = 500;
    private const int AsideMillisecondsMax = 5_000;

    // A request that chose the instance by the former table may count itself in a moment after that table was replaced.
    private const int LateMilliseconds = 5_000;

    private readonly IPEndPoint _address = new(IPAddress.Parse(endpoint.Address), endpoint.Port);
    private readonly Lock _lock = new();
    private readonly Stack<UpstreamConnection>[] _resting = [.. Enumerable.Range(0, engineCount).Select(static _ => new Stack<UpstreamConnection>())];
    private readonly SharedConnections? _shared = endpoint.Http2 ? new(engineCount) : null;
    private int _inFlight;
    private int _failuresInARow;
    private long _asideUntil;
    private long _slowUntil;
    private volatile bool _isAside;
    private volatile bool _isTried;
    private long _nextProbe;
    private long _retiredAt;
    private bool _isRetired;

    /// <summary>What it stands for.</summary>
    public Endpoint Endpoint => endpoint;

    /// <summary>Opens when it fails again and again.</summary>
    public CircuitBreaker Breaker { get; } = new(BreakerPlan.OfInstance);

    /// <summary>Requests that it has now.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Connections at rest.</summary>
    public int Resting
    {
        get
        {
            lock (_lock)
                return _resting.Sum(static pool => pool.Count) + (_shared?.Resting ?? 0);
        }
    }

    /// <inheritdoc/>
    public int SweeperIndex { get; set; } = -1;

    /// <summary>Since when it is known, in milliseconds of <see cref="Environment.TickCount64"/>.</summary>
    public long Since { get; init; } = Environment.TickCount64;

    /// <summary>How fast it answers.</summary>
    public RecentLatency Latency { get; } = new();

    /// <summary>Until when it is put aside for its slowness; long past when it is not.</summary>
    public long SlowUntil => Volatile.Read(ref _slowUntil);

    /// <summary>Puts it aside for its slowness; afterwards it is judged by new answers only.</summary>
    public void SetSlow(long until)
    {
        Latency.Forget();
        Volatile.Write(ref _slowUntil, until);
    }

    /// <summary>Counts a request in; false when it has as many as it may.</summary>
    public bool TryEnter(int max)
    {
        if (Interlocked.Increment(ref _inFlight) <= max)
            return true;
        Interlocked.Decrement(ref _inFlight);
        return false;
    }

    /// <summary>Counts a request out.</summary>
    public void Leave() => Interlocked.Decrement(ref _inFlight);

    /// <summary>Whether it is put aside since it refused a connection; until one that nobody waits for succeeds.</summary>
    public bool IsAside => _isAside;

    /// <summary>When it is tried again, in milliseconds of <see cref="Environment.TickCount64"/>.</summary>
    public long AsideUntil => Volatile.Read(ref _asideUntil);

    /// <summary>Puts it aside for a while, longer each time in a row: it refused a connection.</summary>
    public void SetAside()
    {
        _isAside = true;
        var failures = Math.Min(6, Interlocked.Increment(ref _failuresInARow));
        var milliseconds = Math.Min(AsideMillisecondsMax, AsideMillisecondsMin << (failures - 1));
        Volatile.Write(ref _asideUntil, Environment.TickCount64 + milliseconds);
    }

    /// <summary>Takes a connection at rest that still lives, or a place on one that carries many requests; null when there is none.</summary>
    /// <param name="engine">Whose connections to choose from.</param>
    /// <param name="isRepeatable">
    /// Whether the request can be sent again should the connection turn out dead; if so, it is taken without a look at it.
    /// </param>
    public UpstreamConnection? TakeResting(Engine engine, bool isRepeatable)
    {
        var now = Environment.TickCount64;
        if (_shared is not null)
            return _shared.TryBegin(engine, isRepeatable ? RestMilliseconds : RestMillisecondsForUnrepeatable) is { } stream ? new(stream) { IsReused = true, RestsSince = now } : null;
        while (true)
        {
            UpstreamConnection? connection;
            lock (_lock)
            {
                if (!_resting[engine.Index].TryPop(out connection))
                    return null;
            }
            var rested = now - connection.RestsSince;
            var isFresh = rested < connection.RestMillisecondsMax - 1_000
                && rested < (isRepeatable ? RestMilliseconds : RestMillisecondsForUnrepeatable);
            if (isFresh && !connection.Wire.HasNews(asksKernel: rested >= (isRepeatable ? 1_000 : 10)))
                return connection;
            connection.Wire.Close();
        }
    }

    /// <summary>Opens a connection; null when the instance refuses it or does not answer within the deadline.</summary>
    public async ValueTask<UpstreamConnection?> ConnectAsync(Engine engine, Deadlines deadlines, GatewayLog log)
    {
        if (await engine.ConnectAsync(_address, deadlines.Connect) is not { } wire)
            return null;
        SetReachable();
        if (_shared is null)
            return new(wire);
        var connection = new InstanceConnection(engine, wire, deadlines);
        var stream = connection.TryBegin(RestMilliseconds);
        // Known before it can end, which takes it out again.
        _shared.Add(connection);
        connection.Start(log, _shared.Remove);
        return stream is null ? null : new(stream);
    }

    /// <summary>Takes a connection back for another request, or closes it when there are enough or the instance has left.</summary>
    public void Rest(Engine engine, UpstreamConnection connection)
    {
        if (_shared is not null)
        {
            // It was a stream, which has ended; what it was on goes on.
            connection.Wire.Close();
            return;
        }
        var pool = _resting[engine.Index];
        connection.IsReused = true;
        connection.RestsSince = Environment.TickCount64;
        lock (_lock)
        {
            if (!_isRetired && pool.Count < RestingMax)
            {
                pool.Push(connection);
                return;
            }
        }
        connection.Wire.Close();
    }

    /// <summary>The instance has left the table: nothing rests from here on. What is in flight goes on.</summary>
    public void Retire()
    {
        UpstreamConnection[] resting;
        lock (_lock)
        {
            _isRetired = true;
            _retiredAt = Environment.TickCount64;
            resting = [.. _resting.SelectMany(static pool => pool)];
            foreach (var pool in _resting)
                pool.Clear();
        }
        foreach (var connection in resting)
            connection.Wire.Close();
        _shared?.Retire();
    }

    /// <summary>Whether it left the table so long ago that nothing new can come to it, and has nothing in flight.</summary>
    /// <param name="now">In milliseconds of <see cref="Environment.TickCount64"/>.</param>
    public bool IsIdleSinceLong(long now)
    {
        lock (_lock)
            return _isRetired && now - _retiredAt > LateMilliseconds && InFlight == 0;
    }

    /// <summary>Tries one that is put aside again; closes what rests for too long or was closed by the instance.</summary>
    public void Sweep(long now)
    {
        if (_isAside && now >= AsideUntil && !_isTried)
        {
            _isTried = true;
            _ = TryAsync();
        }
        _shared?.Sweep(now, RestMilliseconds);
        if (now < _nextProbe)
            return;
        _nextProbe = now + ProbeEveryMilliseconds;
        lock (_lock)
        {
            foreach (var pool in _resting)
                CloseOld(pool, now);
        }
    }

    // No request is what finds out that it is still away: one that is gone without a word costs the whole of a deadline.
    private async Task TryAsync()
    {
        try
        {
            using var socket = new Socket(_address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            using var patience = new CancellationTokenSource(TryMilliseconds);
            await socket.ConnectAsync(_address, patience.Token);
            SetReachable();
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            SetAside();
        }
        finally
        {
            _isTried = false;
        }
    }

    private void SetReachable()
    {
        Volatile.Write(ref _failuresInARow, 0);
        _isAside = false;
    }

    private static void CloseOld(Stack<UpstreamConnection> pool, long now)
    {
        if (pool.Count == 0)
            return;
        var kept = new List<UpstreamConnection>(pool.Count);
        foreach (var connection in pool)
        {
            if (now - connection.RestsSince < RestMilliseconds && !connection.Wire.HasNews(asksKernel: true))
                kept.Add(connection);
            else
                connection.Wire.Close();
        }
        if (kept.Count == pool.Count)
            return;
        pool.Clear();
        for (var i = kept.Count - 1; i >= 0; i--)
            pool.Push(kept[i]);
    }
}
