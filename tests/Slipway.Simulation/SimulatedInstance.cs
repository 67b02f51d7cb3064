using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Core.Telemetry;
using Slipway.Releases.Ports;

namespace Slipway.Simulation;

/// <summary>An instance of the simulated world.</summary>
internal sealed class SimulatedInstance(Service service, ReleaseId release, int ordinal, int port, DateTimeOffset startedAt, DateTimeOffset readyAt)
{
    private bool _ended;
    private bool _wasReady;
    private int _restarts;

    public Service Service => service;

    public ReleaseId Release => release;

    public int Ordinal => ordinal;

    public DateTimeOffset StartedAt => startedAt;

    /// <summary>What its process holds; somebody may change it.</summary>
    public ImmutableDictionary<string, string> Variables { get; set; } = ImmutableDictionary<string, string>.Empty;

    public InstanceId Id { get; } = InstanceId.TryParse($"{service.Name}-r{release}-{ordinal}", out var id) ? id : throw new InvalidOperationException();

    public bool Ready { get; private set; }

    public bool Gone { get; private set; }

    public DateTimeOffset? StopAt { get; private set; }

    public void Stop(DateTimeOffset now, double patience) => StopAt ??= now + TimeSpan.FromSeconds(0.05 + (patience * 0.5));

    /// <summary>Lets time pass; true when it looks different now.</summary>
    public bool Live(DateTimeOffset now, Behaviour behaviour)
    {
        var before = (Ready, Gone, _ended);
        Gone = StopAt <= now;
        var age = now - startedAt;
        if (!_ended && (behaviour.EndsAtOnce || age >= behaviour.EndsAfter))
        {
            _ended = true;
            _restarts++;
        }
        Ready = !Gone && StopAt is null && !_ended && now >= readyAt && !behaviour.NeverReady && !(age >= behaviour.LosesReadinessAfter);
        _wasReady |= Ready;
        return before != (Ready, Gone, _ended);
    }

    public Instance Seen(Behaviour behaviour) => new()
    {
        Id = Id,
        Service = service.Name,
        Release = release,
        Address = service.Port is null ? null : "127.0.0.1",
        Port = service.Port is null ? null : port,
        Phase = StopAt is not null ? InstancePhase.Stopping : _ended ? InstancePhase.BackingOff : _wasReady ? InstancePhase.Running : InstancePhase.Starting,
        Ready = Ready,
        StartedAt = startedAt,
        ReadyAt = _wasReady ? readyAt : null,
        Restarts = _restarts,
        ExitCode = _ended ? 134 : null,
        Usage = behaviour.Memory is { } share ? new((long)(share * 100_000_000), 100_000_000, 0.1, null, null) : null,
        Trouble = _ended ? "ended with exit code 134" : Ready ? null : _wasReady ? "GET /ready answered 503" : "GET /ready refused",
    };
}

/// <summary>What the simulated gateway counts of a service of a release.</summary>
internal sealed class SimulatedCounters
{
    private readonly Dictionary<int, long> _latency = [];
    private long _requests;
    private long _errors;
    private int _row;
    private int _rowMax;

    public void Count(bool failed, TimeSpan latency)
    {
        _requests++;
        _errors += failed ? 1 : 0;
        _row = failed ? _row + 1 : 0;
        _rowMax = Math.Max(_rowMax, _row);
        var bucket = LatencyBuckets.IndexOf((long)latency.TotalMicroseconds);
        _latency[bucket] = _latency.GetValueOrDefault(bucket) + 1;
    }

    public ReleaseTraffic Seen(ServiceName service, ReleaseId release) => new()
    {
        Service = service,
        Release = release,
        Requests = _requests,
        Errors = _errors,
        StatusClasses = [0, _requests - _errors, 0, 0, _errors],
        TransportFailures = 0,
        ClientAborts = 0,
        ErrorsInARow = _row,
        ErrorsInARowMax = _rowMax,
        InFlight = 0,
        Latency = _latency.ToImmutableSortedDictionary(),
    };
}
