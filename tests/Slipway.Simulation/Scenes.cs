using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Releases;

namespace Slipway.Simulation;

/// <summary>Applications to play with.</summary>
internal static class Scenes
{
    public static EnvironmentName Environment { get; } = Name<EnvironmentName>("staging");

    public static T Name<T>(string text)
        where T : struct, IName<T>
        => T.TryParse(text, out var name) ? name : throw new ArgumentException("Ill-formed.", nameof(text));

    public static Service Service(
        string name, ServiceKind kind = ServiceKind.Api, int replicas = 2, string[]? needs = null, bool overlap = true, bool smoke = true, string? route = "")
        => new()
        {
            Name = Name<ServiceName>(name),
            Kind = kind,
            Folder = ".",
            Inputs = [],
            Build = new(["build", name]),
            Run = new([name]),
            Port = kind is ServiceKind.Worker or ServiceKind.Scheduler or ServiceKind.Job ? null : 5000,
            Health = new()
            {
                Ready = new(new ProbeCheck.Http("/ready"), TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), 1, 3),
                Smoke = smoke ? [new("ping", new ProbeCheck.Http("/ping"), "GET", null, null, null, TimeSpan.FromSeconds(1))] : [],
            },
            Routes = kind is ServiceKind.Worker or ServiceKind.Scheduler or ServiceKind.Job || route is null ? []
                : [new(null, route.Length > 0 ? route : $"/{name}", false, false, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30))],
            Needs = [.. (needs ?? []).Select(Name<ServiceName>)],
            Replicas = new(replicas, replicas),
            Resources = new(100_000_000, null),
            StopGrace = TimeSpan.FromSeconds(2),
            Overlap = overlap,
        };

    /// <summary>A service that migrates before it starts.</summary>
    public static Service Migrating(Service service, bool compatible = true, bool repeatable = false, double seconds = 30) => service with
    {
        Migration = new(new(["migrate", service.Name.ToString()]), new(TimeSpan.FromSeconds(seconds), repeatable), compatible),
    };

    /// <summary>A job.</summary>
    public static Service Job(string name, string[]? needs = null, bool repeatable = false, double seconds = 30)
        => Service(name, ServiceKind.Job, replicas: 1, needs: needs, smoke: false) with { Job = new(TimeSpan.FromSeconds(seconds), repeatable) };

    public static RolloutPlan Canary(params int[] percents) => Plan(Strategy.Canary) with
    {
        Steps = [.. percents.Select(percent => new RolloutStep(percent, TimeSpan.FromSeconds(2), false))],
    };

    public static RolloutPlan Plan(Strategy strategy) => new()
    {
        Strategy = strategy,
        Steps = [new(100, TimeSpan.FromSeconds(2), false)],
        Approval = false,
        ApprovalDeadline = TimeSpan.FromMinutes(5),
        StartDeadline = TimeSpan.FromSeconds(20),
        DrainDeadline = TimeSpan.FromSeconds(3),
    };

    public static GatePlan Gates { get; } = new()
    {
        ConsecutiveErrors = 3,
        MemoryMax = 0.95,
        ErrorRatioMax = 0.05,
        LatencyRatioMax = 2,
        LatencyFloor = TimeSpan.FromMilliseconds(20),
        PoolMax = 0.9,
        ResourceMax = 0.9,
        Sustained = TimeSpan.FromSeconds(10),
        RequestsMin = 20,
        InconclusiveDeadline = TimeSpan.FromSeconds(30),
        WhenInconclusive = InconclusiveAction.Hold,
        Misses = 0.1,
    };

    public static Application Application(RolloutPlan plan, params Service[] services) => new()
    {
        Name = Name<ApplicationName>("shop"),
        Environment = Environment,
        Target = TargetKind.Process,
        Gateway = new("127.0.0.1", 0),
        Services = [.. services.Length > 0 ? services : [Service("api")]],
        Backing = [],
        Settings = [],
        Relations = [],
        SecretStores = [],
        Rollout = plan,
        Gates = Gates,
        Guard = TimeSpan.FromSeconds(6),
    };

    public static DeployCommand Deploy(Application application, string version, bool queue = false) => new()
    {
        Application = application,
        SourceFolder = $"/{version}",
        Settings = ImmutableDictionary<ServiceName, ImmutableSortedDictionary<string, string>>.Empty,
        Secrets = application.Services.ToImmutableDictionary(
            service => service.Name, _ => ImmutableSortedDictionary<string, string>.Empty.Add("DB__PASSWORD", "hunter2-hunter2")),
        Version = version,
        Queue = queue,
        Caller = new("ada", "cli"),
    };
}
