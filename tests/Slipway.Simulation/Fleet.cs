using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Core.Routing;
using Slipway.Core.Telemetry;
using Slipway.Releases.Ports;

namespace Slipway.Simulation;

/// <summary>
/// A target and a gateway of any size in which everything succeeds at once, so that what is measured is the engine: each
/// observation and each reading is made anew, as a real one would be.
/// </summary>
internal sealed class Fleet(HandClock clock) : ITarget, ITraffic
{
    private static readonly ImmutableSortedDictionary<int, long> Latency
        = ImmutableSortedDictionary<int, long>.Empty.Add(LatencyBuckets.IndexOf(4_000), 90).Add(LatencyBuckets.IndexOf(9_000), 10);

    private readonly Dictionary<WorkloadKey, ImmutableArray<Instance>> _running = [];
    private RouteTable? _table;
    private long _readings;
    private int _ports = 20_000;

    /// <summary>A change would only wake a loop, and the loops are turned by hand.</summary>
    public event Action<EnvironmentName>? Changed
    {
        add { }
        remove { }
    }

    /// <summary>How many instances run.</summary>
    public int Instances => _running.Values.Sum(one => one.Length);

    public ValueTask<ImmutableArray<Instance>> Observe(EnvironmentName environment, CancellationToken cancellation)
        => ValueTask.FromResult<ImmutableArray<Instance>>([.. _running.Values.SelectMany(one => one)]);

    public Task Ensure(Workload workload, FencingToken token, CancellationToken cancellation)
    {
        var key = new WorkloadKey(workload.Release, workload.Service.Name);
        _running[key] = [.. Enumerable.Range(1, workload.Instances).Select(ordinal => Started(key, ordinal))];
        return Task.CompletedTask;
    }

    public Task Remove(EnvironmentName environment, ReleaseId release, ServiceName service, FencingToken token, CancellationToken cancellation)
    {
        _running.Remove(new(release, service));
        return Task.CompletedTask;
    }

    public Task RemoveOrphans(EnvironmentName environment, ImmutableHashSet<WorkloadKey> known, FencingToken token, CancellationToken cancellation) => Task.CompletedTask;

    public Task End(EnvironmentName environment, InstanceId instance, FencingToken token, CancellationToken cancellation) => Task.CompletedTask;

    public Task<TargetInspection> Inspect(EnvironmentName environment, CancellationToken cancellation) => Task.FromResult(new TargetInspection([], []));

    public Task Mend(EnvironmentName environment, FencingToken token, CancellationToken cancellation) => Task.CompletedTask;

    public Task<ImmutableArray<SmokeOutcome>> Smoke(EnvironmentName environment, InstanceId instance, CancellationToken cancellation)
        => Task.FromResult<ImmutableArray<SmokeOutcome>>([new("ping", true, "200", TimeSpan.FromMilliseconds(3))]);

    public IAsyncEnumerable<LogLine> Logs(LogQuery query, CancellationToken cancellation) => AsyncEnumerable.Empty<LogLine>();

    public Task<Uri> Ensure(EnvironmentName environment, GatewayListener listener, FencingToken token, CancellationToken cancellation)
        => Task.FromResult(new Uri("http://127.0.0.1:8080"));

    public Task Apply(EnvironmentName environment, RouteTable table, CancellationToken cancellation)
    {
        _table = table;
        return Task.CompletedTask;
    }

    public Task<TrafficReading?> Read(EnvironmentName environment, CancellationToken cancellation)
    {
        _readings++;
        return Task.FromResult<TrafficReading?>(new()
        {
            Epoch = "one",
            At = clock.GetUtcNow(),
            TableVersion = _table?.Version ?? 0,
            Unrouted = 0,
            Releases = [.. _table?.Services.SelectMany(service => service.Releases.Select(release => Counted(service.Service, release.Release))) ?? []],
        });
    }

    Task<TrafficInspection> ITraffic.Inspect(EnvironmentName environment, CancellationToken cancellation)
        => Task.FromResult(new TrafficInspection(null, _table, _table, null));

    public Task Remove(EnvironmentName environment, FencingToken token, CancellationToken cancellation) => Task.CompletedTask;

    private Instance Started(WorkloadKey key, int ordinal) => new()
    {
        Id = InstanceId.TryParse($"{key.Service}-r{key.Release}-{ordinal}", out var id) ? id : throw new InvalidOperationException("Ill-formed."),
        Service = key.Service,
        Release = key.Release,
        Address = "127.0.0.1",
        Port = 20_000 + (_ports++ % 40_000),
        Phase = InstancePhase.Running,
        Ready = true,
        StartedAt = clock.GetUtcNow(),
        ReadyAt = clock.GetUtcNow(),
        Restarts = 0,
        Usage = new(50_000_000, 100_000_000, 0.1, 1, 0.2),
    };

    private ReleaseTraffic Counted(ServiceName service, ReleaseId release) => new()
    {
        Service = service,
        Release = release,
        Requests = _readings * 100,
        Errors = 0,
        StatusClasses = [0, _readings * 100, 0, 0, 0],
        TransportFailures = 0,
        ClientAborts = 0,
        ErrorsInARow = 0,
        ErrorsInARowMax = 0,
        InFlight = 0,
        Latency = Latency.SetItem(LatencyBuckets.IndexOf(4_000), _readings * 100),
    };
}
