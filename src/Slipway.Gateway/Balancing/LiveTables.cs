using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Core.Routing;
using Slipway.Gateway.Callers;
using Slipway.Gateway.Guarding;
using Slipway.Gateway.Hosting;
using Slipway.Gateway.Statistics;
using Slipway.Gateway.Wires;

namespace Slipway.Gateway.Balancing;

/// <summary>Holds the live table and puts another in its place in one step, between two requests.</summary>
internal sealed class LiveTables(TrafficBook book, Sweeper sweeper, ProofSources proofs, CookieKey cookies, GatewayLog log, int engineCount) : ISwept
{
    private const int JudgementMilliseconds = 1_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<ServiceName, ServiceTurns> _turns = [];
    private Dictionary<Endpoint, EndpointState> _endpoints = [];
    private Dictionary<string, RateLimiter> _limiters = [];
    private readonly Dictionary<(ServiceName, ReleaseId), AdmissionQueue> _queues = [];
    private long _nextJudgement;
    private readonly List<EndpointState> _leaving = [];
    private volatile LiveTable _current = new(
        new() { Version = 0, Fence = 0, Services = ImmutableArray<RoutedService>.Empty }, []);

    /// <summary>The table that new requests see.</summary>
    public LiveTable Current => _current;

    /// <summary>Every instance in the table.</summary>
    public EndpointState[] Endpoints
    {
        get
        {
            lock (_lock)
                return [.. _endpoints.Values];
        }
    }

    /// <summary>Every instance in the table, and each that left it with something in flight, which may stand in it again.</summary>
    public EndpointState[] Carriers
    {
        get
        {
            lock (_lock)
            {
                ForgetIdleLocked();
                return [.. _endpoints.Values, .. _leaving];
            }
        }
    }

    /// <inheritdoc/>
    public int SweeperIndex { get; set; } = -1;

    /// <summary>Looks for instances that have become slow.</summary>
    public void Sweep(long now)
    {
        if (now < _nextJudgement)
            return;
        _nextJudgement = now + JudgementMilliseconds;
        foreach (var service in _current.Services)
        {
            foreach (var release in service.Releases)
            {
                if (SlowInstances.Judge(release.Endpoints, now) is { } slow)
                    log.Warn("an instance is far slower than its siblings and is put aside", ("instance", slow.Endpoint.Instance.ToString()));
            }
        }
    }

    /// <summary>
    /// Makes a table live. Requests under way finish where they are; connections at rest to instances that left are closed.
    /// </summary>
    public void Replace(RouteTable table)
    {
        List<EndpointState> left = [];
        lock (_lock)
        {
            var endpoints = new Dictionary<Endpoint, EndpointState>();
            var limiters = new Dictionary<string, RateLimiter>(StringComparer.Ordinal);
            var services = new LiveService[table.Services.Length];
            for (var i = 0; i < services.Length; i++)
                services[i] = PrepareLocked(table.Services[i], endpoints, limiters);
            foreach (var (endpoint, state) in _endpoints)
            {
                if (!endpoints.ContainsKey(endpoint))
                    left.Add(state);
            }
            proofs.Settle();
            ForgetIdleLocked();
            _leaving.AddRange(left);
            (_endpoints, _limiters) = (endpoints, limiters);
            var former = _current;
            _current = new(table, services);
            former.SetReplaced();
            foreach (var queue in _queues.Values)
                queue.WakeAll();
        }
        foreach (var state in left)
        {
            sweeper.Remove(state);
            state.Retire();
        }
    }

    private void ForgetIdleLocked() => _leaving.RemoveAll(static state => state.IsIdleSinceLong(Environment.TickCount64));

    private LiveService PrepareLocked(RoutedService service, Dictionary<Endpoint, EndpointState> endpoints, Dictionary<string, RateLimiter> limiters)
    {
        if (!_turns.TryGetValue(service.Service, out var turns))
            _turns.Add(service.Service, turns = new());
        var releases = new LiveRelease[service.Releases.Length];
        for (var i = 0; i < releases.Length; i++)
        {
            var release = service.Releases[i];
            var states = new EndpointState[release.Endpoints.Length];
            for (var j = 0; j < states.Length; j++)
                states[j] = endpoints[release.Endpoints[j]] = StateOfLocked(release.Endpoints[j]);
            releases[i] = new(
                release, states, book.Of(service.Service, release.Release), QueueOfLocked(service.Service, release),
                cookies.Sign(service.Service.ToString(), release.Release.ToString()));
        }
        return new(service.Service, [.. service.Routes.Select(route => PrepareLocked(service.Service, route, limiters))], releases, turns);
    }

    // A limiter counts on from table to table for as long as the limit of its route is the same.
    private LiveRoute PrepareLocked(ServiceName service, Route route, Dictionary<string, RateLimiter> limiters)
    {
        if (route.Protection is not { } protection)
            return new(route, null);
        RateLimiter? limiter = null;
        var key = "";
        if (protection.Limit is { } limit)
        {
            key = $"{service} {route.Host}{route.Path} {limit}";
            limiters[key] = limiter = _limiters.GetValueOrDefault(key) ?? new(limit);
        }
        var callers = protection.Callers is { } plan ? new CallerCheck(plan, service, proofs) : null;
        return new(route, new(protection, limiter, callers) { LimitName = $"slipway:{key}" });
    }

    private AdmissionQueue? QueueOfLocked(ServiceName service, RoutedRelease release)
    {
        if (release.Load is not { InFlight: not null } load)
            return null;
        if (!_queues.TryGetValue((service, release.Release), out var queue))
            _queues.Add((service, release.Release), queue = new());
        queue.Max = load.Queue;
        return queue;
    }

    private EndpointState StateOfLocked(Endpoint endpoint)
    {
        if (_endpoints.TryGetValue(endpoint, out var known))
            return known;
        var state = new EndpointState(endpoint, engineCount);
        sweeper.Add(state);
        return state;
    }
}
