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
    private DateTimeOffset? _lostAt;

    public Service Service => service;

    public ReleaseId Release => release;

    public int Ordinal => ordinal;

    public DateTimeOffset StartedAt => startedAt;

    /// <summary>What its process holds; somebody may change it.</summary>
    public ImmutableDictionary<string, string> Variables { get; set; } = ImmutableDictionary<string, string>.Empty;

    public InstanceId Id { get; } = InstanceId.TryParse($"{service.Name}-r{release}-{ordinal}", out var id) ? id : throw new InvalidOperationException();

    /// <summary>The fencing token of its start.</summary>
    public long Fence { get; init; }

    public bool Ready { get; private set; }

    /// <summary>Whether it was ready once.</summary>
    public bool WasReady => _wasReady;

    /// <summary>Whether nothing ends it, such as one that waits for a disk that does not answer.</summary>
    public bool Unkillable { get; set; }

    /// <summary>Whether it has ended by itself.</summary>
    public bool Ended => _ended;

    /// <summary>When it was asked to end; null before.</summary>
    public DateTimeOffset? AskedAt { get; private set; }

    public bool Gone { get; private set; }

    public DateTimeOffset? StopAt { get; private set; }

    public bool Lies(DateTimeOffset now, Behaviour behaviour) => now - startedAt < behaviour.LiesReadyFor;

    public void Stop(DateTimeOffset now, double patience)
    {
        AskedAt ??= now;
        StopAt ??= now + TimeSpan.FromSeconds(0.05 + (patience * 0.5));
    }

    /// <summary>Lets time pass; true when it looks different now.</summary>
    public bool Live(DateTimeOffset now, Behaviour behaviour)
    {
        var before = (Ready, Gone, _ended);
        Gone = StopAt <= now && !Unkillable;
        if (IsJob)
        {
            Run(now, behaviour);
            return before != (Ready, Gone, _ended);
        }
        var age = now - startedAt;
        if (!_ended && (behaviour.EndsAtOnce || age >= behaviour.EndsAfter))
        {
            _ended = true;
            _restarts++;
        }
        _lostAt = age >= behaviour.LosesReadinessAfter ? _lostAt ?? now : null;
        // The port was drawn by chance, so it tells how soon this one looks.
        var noticed = now - _lostAt >= behaviour.NoticesWithin * (port % 997 / 997.0);
        Ready = !Gone && StopAt is null && !_ended && now >= readyAt && !behaviour.NeverReady && !noticed
            && !(behaviour.FlapsEvery is { } flap && (long)(age / flap) % 2 == 1);
        _wasReady |= Ready;
        return before != (Ready, Gone, _ended);
    }

    /// <summary>Whether it runs once and ends.</summary>
    public bool IsJob => service.Kind == ServiceKind.Job;

    /// <summary>How it ended, if it is a job that has and somebody saw it.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>Whether it is a job that has ended.</summary>
    public bool HasEnded => IsJob && _ended;

    private void Run(DateTimeOffset now, Behaviour behaviour)
    {
        // What ends because it was asked to has not done its work.
        if (_ended || StopAt is not null || now < startedAt + behaviour.JobTime)
            return;
        (_ended, ExitCode) = (true, behaviour.JobExit);
        Ready = ExitCode == 0;
    }

    private Instance SeenJob() => new()
    {
        Id = Id,
        Service = service.Name,
        Release = release,
        Phase = StopAt is not null ? InstancePhase.Stopping : _ended ? InstancePhase.Ended : InstancePhase.Running,
        Ready = Ready,
        StartedAt = startedAt,
        Restarts = 0,
        ExitCode = ExitCode,
        Trouble = !_ended || ExitCode == 0 ? null : $"{Id} exited with code {ExitCode}",
    };

    public Instance Seen(Behaviour behaviour) => IsJob ? SeenJob() : new()
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
        Fence = Fence,
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
