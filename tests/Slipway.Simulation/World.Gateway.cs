using Slipway.Core.Manifests;
using Slipway.Core.Routing;
using Slipway.Core.Telemetry;
using Slipway.Releases.Ports;

namespace Slipway.Simulation;

/// <summary>Its gateway, and the users who come through it.</summary>
internal sealed partial class World
{
    private readonly Dictionary<(ServiceName, ReleaseId), SimulatedCounters> _counters = [];
    private RouteTable? _table;
    private double _due;

    /// <summary>Requests each second.</summary>
    public double RequestRate { get; set; } = 200;

    /// <summary>Requests each second at a time, by chance; null for <see cref="RequestRate"/> as evenly as can be.</summary>
    public Func<DateTimeOffset, double>? Arrivals { get; set; }

    /// <summary>Told of every answer: by which release, and whether it was an error.</summary>
    public Action<ReleaseId, bool>? Answered { get; set; }

    public long Lost { get; private set; }

    public long Served { get; private set; }

    public bool GatewayRuns { get; private set; }

    public bool GatewayAnswers { get; set; } = true;

    public RouteTable? Table => _table;

    /// <summary>Whether somebody else has put the table that is live.</summary>
    public bool Tampered { get; private set; }

    /// <summary>The times at which the first and the last failed request were answered.</summary>
    public (DateTimeOffset First, DateTimeOffset Last)? Bad { get; private set; }

    /// <summary>What a close look at the gateway shows.</summary>
    public TrafficInspection InspectGateway()
        => GatewayRuns && GatewayAnswers ? new(new("http://127.0.0.1:8080"), _table, _table, null) : new(null, null, null, "it does not answer");

    /// <summary>Somebody puts another table.</summary>
    public void Tamper(Func<RouteTable, RouteTable> change)
    {
        _table = change(_table!) with { Version = _table!.Version + 7 };
        Tampered = true;
    }

    public Uri StartGateway(FencingToken token)
    {
        Fence(token);
        GatewayRuns = true;
        return new("http://127.0.0.1:8080");
    }

    public void StopGateway(FencingToken token)
    {
        Fence(token);
        GatewayRuns = false;
        _table = null;
    }

    public void Apply(RouteTable table)
    {
        Fence(new(table.Fence));
        if (!GatewayRuns || !GatewayAnswers)
            throw new TrafficException("The gateway is away.");
        if (_table is not null && table.Version <= _table.Version && Tampered)
            throw new TrafficException("The gateway refused it: the version is lower than the one that is live.");
        if (_table is not null && table.Version < _table.Version)
            Violations.Add($"Table {table.Version} after {_table.Version}.");
        Tampered = false;
        foreach (var service in table.Services)
            Check(service);
        _table = table;
    }

    public TrafficReading? Read()
    {
        if (!GatewayRuns || !GatewayAnswers)
            return null;
        return new()
        {
            Epoch = "one",
            At = clock.GetUtcNow(),
            TableVersion = _table?.Version ?? 0,
            Unrouted = 0,
            Releases = [.. _counters.Select(pair => pair.Value.Seen(pair.Key.Item1, pair.Key.Item2))],
        };
    }

    private void Check(RoutedService service)
    {
        var anyReady = service.Releases.Any(release => release.Weight > 0
            && _instances.Any(one => one.Release == release.Release && one.Service.Name == service.Service && one.Ready && one.StopAt is null && IsProved(one)));
        foreach (var release in service.Releases.Where(release => release.Weight > 0))
        {
            foreach (var endpoint in release.Endpoints)
            {
                var instance = _instances.Find(one => one.Id == endpoint.Instance);
                if (instance?.Service.Migration is not null && !HasMigrated(instance))
                    Violations.Add($"{instance.Id} gets traffic before its migration has ended.");
                if (instance is null || (!instance.Ready && anyReady))
                    Violations.Add($"The table of version {_table?.Version} gives traffic to {endpoint.Instance}, which is not ready.");
                if (instance is not null && !IsProved(instance) && instance.Release != LiveNow())
                    Violations.Add($"{endpoint.Instance} gets traffic but was never proved.");
            }
        }
    }

    private void Users(TimeSpan by)
    {
        if (_table is null || !GatewayRuns)
            return;
        _due = Arrivals is { } arrivals ? Chance.Poisson(_random, arrivals(clock.GetUtcNow()) * by.TotalSeconds) : _due + (RequestRate * by.TotalSeconds);
        for (; _due >= 1; _due--)
        {
            foreach (var service in _table.Services)
                Request(service);
        }
    }

    private void Request(RoutedService service)
    {
        var open = service.Releases.Where(release => release.Weight > 0 && !release.Endpoints.IsEmpty).ToList();
        if (open.Count == 0)
        {
            Lost++;
            return;
        }
        var draw = _random.NextInt64(open.Sum(release => (long)release.Weight));
        var chosen = open.First(release => (draw -= release.Weight) < 0);
        var endpoint = chosen.Endpoints[_random.Next(chosen.Endpoints.Length)];
        var instance = _instances.Find(one => one.Id == endpoint.Instance);
        var behaviour = Of(chosen.Release, service.Service);
        if (!_counters.TryGetValue((service.Service, chosen.Release), out var counters))
            _counters[(service.Service, chosen.Release)] = counters = new();
        var away = instance is null || instance.Gone || instance.StopAt is not null;
        if (away)
            Lost++;
        var failed = away || instance!.Lies(clock.GetUtcNow(), behaviour) || _random.NextDouble() < behaviour.ErrorRatio;
        counters.Count(failed, behaviour.Shape is { } shape && instance is not null
            ? shape.Draw(_random, behaviour.Latency, clock.GetUtcNow() - instance.StartedAt) : behaviour.Latency * (0.5 + _random.NextDouble()));
        Served++;
        Answered?.Invoke(chosen.Release, failed);
        if (failed)
            Bad = (Bad?.First ?? clock.GetUtcNow(), clock.GetUtcNow());
    }
}
