using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Core.Settings;
using Slipway.Core.Telemetry;
using Slipway.Releases.Gates;
using Slipway.Releases.Measures;
using Slipway.Releases.Ports;
using Slipway.Releases.Rollouts;
using Slipway.Simulation;

namespace Slipway.Releases.Tests.Gates;

/// <summary>A rollout of one service whose instances tell what a test says; looked at by a whole board every two seconds.</summary>
internal sealed class MeasuredScene
{
    public static readonly DateTimeOffset Began = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly GateBoard _board = new();
    private readonly UsageHistory _usages = new();
    private readonly Service _service;
    private readonly Release _candidate;
    private readonly Release _stable;
    private TrafficLog _log = TrafficLog.Empty;
    private int _looks;

    public MeasuredScene(Service service)
    {
        _service = service;
        (_candidate, _stable) = (Bundle("cccccccccccc"), Bundle("aaaaaaaaaaaa"));
    }

    public DateTimeOffset Now => Began.AddSeconds(2 * _looks);

    /// <summary>Whether stable runs.</summary>
    public bool StableRuns { get; set; } = true;

    /// <summary>Requests so far, of candidate and stable; null while no gateway answers.</summary>
    public Func<int, (long Candidate, long Stable)>? Traffic { get; set; }

    /// <summary>Looks so many times, each two seconds after the one before, and gives the last readings.</summary>
    /// <param name="looks">How many times.</param>
    /// <param name="candidate">What the candidate's instance tells at the look of that number, from 0; null for no answer.</param>
    /// <param name="stable">What stable's tells.</param>
    /// <param name="change">What else is other about an instance.</param>
    public ImmutableArray<GateReading> Look(int looks, Func<int, string?> candidate, Func<int, string?> stable, Func<int, Instance, Instance>? change = null)
    {
        var readings = ImmutableArray<GateReading>.Empty;
        for (var i = 0; i < looks; i++, _looks++)
        {
            if (Traffic?.Invoke(_looks) is { } counts)
                _log = _log.Add(Reading(counts));
            var instances = ImmutableArray.Create(Instance(_candidate, candidate(_looks)));
            if (StableRuns)
                instances = instances.Add(Instance(_stable, stable(_looks)));
            instances = [.. instances.Select(one => change?.Invoke(_looks, one) ?? one)];
            _usages.Add(instances, Now);
            readings = _board.Read(new(Rollout(), _candidate, _stable, instances, _log, Now) { Usages = _usages });
        }
        return readings;
    }

    public bool IsCandidate(Instance instance) => instance.Release == _candidate.Id;

    private Instance Instance(Release release, string? text) => new()
    {
        Id = Scenes.Name<InstanceId>($"{_service.Name}-r{release.Id}-1"),
        Service = _service.Name,
        Release = release.Id,
        Phase = InstancePhase.Running,
        Ready = true,
        StartedAt = Began.AddSeconds(-30),
        ReadyAt = Began.AddSeconds(-20),
        Restarts = 0,
        Metrics = text is null ? new(Now, [], "GET /metrics answered 503") : new(Now, MetricsText.Read(text, _ => true).Samples, null),
    };

    private TrafficReading Reading((long Candidate, long Stable) counts) => new()
    {
        Epoch = "one",
        At = Now,
        TableVersion = 1,
        Unrouted = 0,
        Releases = [Counters(_candidate, counts.Candidate), Counters(_stable, counts.Stable)],
    };

    private ReleaseTraffic Counters(Release release, long requests) => new()
    {
        Service = _service.Name,
        Release = release.Id,
        Requests = requests,
        Errors = 0,
        StatusClasses = [0, requests, 0, 0, 0],
        TransportFailures = 0,
        ClientAborts = 0,
        ErrorsInARow = 0,
        ErrorsInARowMax = 0,
        InFlight = 0,
        Latency = ImmutableSortedDictionary<int, long>.Empty.Add(LatencyBuckets.IndexOf(5000), requests),
    };

    private RolloutState Rollout() => new()
    {
        Id = Scenes.Name<RolloutId>("staging-2"),
        Environment = Scenes.Environment,
        Terms = new()
        {
            SourceFolder = "/",
            Development = false,
            Gateway = new("127.0.0.1", 0),
            Plan = Scenes.Canary(10, 100),
            Gates = Scenes.Gates with { Sustained = TimeSpan.FromSeconds(20) },
            Guard = TimeSpan.Zero,
        },
        Phase = RolloutPhase.Baking,
        PhaseSince = Began,
        TrafficSince = Began,
        ShiftedAt = Began,
        Actor = "ada",
        Path = "cli",
        RequestedAt = Began,
    };

    private Release Bundle(string id) => new()
    {
        Id = Scenes.Name<ReleaseId>(id),
        Application = Scenes.Name<ApplicationName>("shop"),
        Version = "1",
        Stamp = new("unknown", Began),
        Services = [new(_service, null, ImmutableSortedDictionary<string, string>.Empty, ImmutableSortedDictionary<string, SecretVersion>.Empty)],
    };
}
