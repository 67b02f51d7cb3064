using System.Net;
using System.Net.Sockets;
using Slipway.Core.Manifests;
using Slipway.Gateway.Balancing;
using Slipway.Gateway.Engines;
using Slipway.Gateway.Forwarding;
using Slipway.Gateway.Guarding;
using Slipway.Gateway.Hosting;
using Slipway.Gateway.Securing;
using Slipway.Gateway.Statistics;
using Slipway.Gateway.Tracing;
using Slipway.Gateway.Wires;

namespace Slipway.Gateway.Proxying;

/// <summary>What all connections share.</summary>
internal sealed class DataPlane(
    LiveTables tables, TrafficBook book, Sweeper sweeper, GatewayLog log, Deadlines deadlines, int engineCount)
{
    private const int FailureLineMilliseconds = 100;
    private const int RefusalLinesASecond = 100;

    private readonly Stack<Exchange>[] _exchanges = [.. Enumerable.Range(0, engineCount).Select(static _ => new Stack<Exchange>())];
    private readonly HashSet<ClientConnection> _clients = [];
    private volatile bool _isDraining;
    private long _nextFailureLine;
    private readonly Lock _refusalLock = new();
    private long _refusalSecond;
    private int _refusalsOfSecond;

    /// <summary>The live table.</summary>
    public LiveTables Tables => tables;

    /// <summary>The counters.</summary>
    public TrafficBook Book => book;

    /// <summary>How long to wait for what.</summary>
    public Deadlines Deadlines => deadlines;

    /// <summary>The log.</summary>
    public GatewayLog Log => log;

    /// <summary>The most client connections at a time.</summary>
    public int ConnectionsMax { get; init; } = 20_000;

    /// <summary>How many of these one client may have; those whom a listed proxy speaks for count when it says who they are.</summary>
    public ClientCounts Counts { get; init; } = new(int.MaxValue);

    /// <summary>Whom the gateway is to those who connect by TLS; null when it does not speak it.</summary>
    public Certificates? Certificates { get; set; }

    /// <summary>The proxies that are believed what they say of others.</summary>
    public Networks Trusted { get; init; } = Networks.None;

    /// <summary>Whether connections of those begin with a PROXY header.</summary>
    public bool UsesProxyHeaders { get; init; }

    /// <summary>Where requests are written down; null for nowhere.</summary>
    public AccessLog? AccessLog { get; init; }

    /// <summary>Counts limits together with other gateways; null where there are none.</summary>
    public SharedLimits? SharedLimits { get; init; }

    /// <summary>Where spans of requests are written down; null for nowhere.</summary>
    public Traces? Traces { get; init; }

    /// <summary>Whether requests are written down anywhere.</summary>
    public bool WritesDown => AccessLog is not null || Traces is not null;

    /// <summary>The gateway's own address, for requests that name no host.</summary>
    public byte[] Authority { get; set; } = [];

    /// <summary>Whether connections are closed after the request that they carry.</summary>
    public bool IsDraining => _isDraining;

    /// <summary>Whether HTTP/2 is spoken with clients.</summary>
    public bool SpeaksHttp2 { get; init; } = true;

    /// <summary>Takes a client in.</summary>
    public void Open(ClientConnection client)
    {
        lock (_clients)
            _clients.Add(client);
        sweeper.Add(client);
    }

    /// <summary>Lets a client go.</summary>
    public void Closed(ClientConnection client)
    {
        sweeper.Remove(client);
        lock (_clients)
            _clients.Remove(client);
        if (client.CountedAs != 0)
            Counts.Leave(client.CountedAs);
        if (!client.IsStream)
            book.ConnectionClosed();
    }

    /// <summary>The clients that are connected.</summary>
    public ClientConnection[] Clients()
    {
        lock (_clients)
            return [.. _clients];
    }

    /// <summary>From now on every answer says that its connection closes.</summary>
    public void BeginDrain() => _isDraining = true;

    /// <summary>Connections are kept again.</summary>
    public void EndDrain() => _isDraining = false;

    /// <summary>Carries a client that has connected, or refuses it when there are too many.</summary>
    public void Take(Engine engine, Wire wire) => Take(new(this, engine, wire, isSecure: false));

    /// <summary>The same for one that begins with a TLS handshake.</summary>
    public void TakeSecure(Engine engine, Wire wire) => Take(new(this, engine, wire, isSecure: true));

    /// <summary>Carries a client on whom the gateway before this one has carried.</summary>
    public void TakeOver(Engine engine, Wire wire) => Take(new(this, engine, wire, isSecure: false) { IsTakenOver = true });

    private void Take(ClientConnection client)
    {
        if (book.ConnectionOpened() > ConnectionsMax)
            _ = client.RefuseAsync(OwnAnswer.TooManyConnections);
        else if (!client.IsTrusted && !client.TryCount())
            _ = client.RefuseAsync(OwnAnswer.TooManyOfClient);
        else
            _ = client.RunAsync();
    }

    /// <summary>Says that a client could not be taken: out of descriptors, mostly. It ends neither the gateway nor an engine.</summary>
    public void LogNotTaken(SocketError error) => log.Warn("a connection could not be taken", ("fault", error.ToString()));

    /// <summary>Takes what a request needs; it is given back by <see cref="Return"/>.</summary>
    public Exchange Rent(Engine engine)
    {
        var exchanges = _exchanges[engine.Index];
        lock (exchanges)
        {
            if (exchanges.TryPop(out var kept))
                return kept;
        }
        return new(this);
    }

    /// <summary>Keeps it for another request.</summary>
    public void Return(Engine engine, Exchange exchange)
    {
        var exchanges = _exchanges[engine.Index];
        lock (exchanges)
        {
            if (exchanges.Count < 1024)
                exchanges.Push(exchange);
        }
    }

    /// <summary>Logs that an instance failed a request; at most ten lines a second, since failures come in floods.</summary>
    public void LogFailure(string what, LiveRelease release, EndpointState endpoint, ReadOnlySpan<byte> requestId)
    {
        if (!MayLog(ref _nextFailureLine, FailureLineMilliseconds))
            return;
        log.Warn(what,
            ("service", release.Counters.Service.ToString()), ("release", release.Counters.Release.ToString()),
            ("instance", endpoint.Endpoint.Instance.ToString()), ("requestId", System.Text.Encoding.ASCII.GetString(requestId)));
    }

    /// <summary>Logs that a request was refused or looks like an attack; at most a hundred lines a second, then how many more there were. All are counted.</summary>
    /// <param name="what">What became of it.</param>
    /// <param name="reason">Why; never a part of the request.</param>
    /// <param name="score">How sure that is; null where there is nothing to be unsure of.</param>
    /// <param name="service">Whose route.</param>
    /// <param name="client">Who asked.</param>
    /// <param name="requestId">Of the request.</param>
    public void LogRefusal(string what, string reason, int? score, ServiceName service, IPAddress? client, ReadOnlySpan<byte> requestId)
    {
        if (!TakesRefusalLine())
            return;
        log.Warn(what,
            ("reason", reason), ("score", score is { } sure ? $"{sure}" : null), ("service", service.ToString()),
            ("client", client?.ToString()), ("requestId", System.Text.Encoding.ASCII.GetString(requestId)));
    }

    /// <summary>Counts and logs that a client has as many connections as it may.</summary>
    public void CountTooMany(IPAddress? client)
    {
        book.CountRefusal(RefusalReason.Connections);
        if (TakesRefusalLine())
            log.Warn("a connection was refused", ("reason", "more connections than one client may have"), ("client", client?.ToString()));
    }

    /// <summary>Logs that a client and the gateway could not agree on TLS; as seldom.</summary>
    public void LogHandshakeFailed(string client, string fault)
    {
        if (MayLog(ref _nextFailureLine, FailureLineMilliseconds))
            log.Warn("a TLS handshake failed", ("client", client), ("fault", fault));
    }

    private bool TakesRefusalLine()
    {
        lock (_refusalLock)
        {
            var second = Environment.TickCount64 / 1000;
            if (second != _refusalSecond)
            {
                if (_refusalsOfSecond > RefusalLinesASecond)
                    log.Warn("more refusals than are written down", ("count", $"{_refusalsOfSecond - RefusalLinesASecond}"));
                (_refusalSecond, _refusalsOfSecond) = (second, 0);
            }
            return ++_refusalsOfSecond <= RefusalLinesASecond;
        }
    }

    private static bool MayLog(ref long nextLine, int milliseconds)
    {
        var now = Environment.TickCount64;
        var next = Volatile.Read(ref nextLine);
        return now >= next && Interlocked.CompareExchange(ref nextLine, now + milliseconds, next) == next;
    }
}
