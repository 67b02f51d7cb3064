using System.Text.Json;
using Slipway.Core.Api;
using Slipway.Core.Manifests;

namespace Slipway.Cli.Tests.Following;

/// <summary>Views as a control plane would send them.</summary>
internal static class Views
{
    public static readonly DateTimeOffset At = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    public static RolloutView Rollout(string phase, int percent = 0, string? outcome = null) => new()
    {
        Id = Name<RolloutId>("ci-2"),
        Environment = Name<EnvironmentName>("ci"),
        Strategy = Strategy.Canary,
        Phase = phase,
        Outcome = outcome,
        Promoted = phase is "guarding" || outcome is "promoted",
        Candidate = Release("bbbbbbbbbbbb", "1.1.0"),
        Stable = Release("aaaaaaaaaaaa", "1.0.0"),
        Percent = percent,
        Steps = [10, 50, 100],
        Step = percent switch { 10 => 0, 50 => 1, 100 => 2, _ => -1 },
        Gates = [],
        Actor = "jo",
        Path = "cli",
        RequestedAt = At,
        EndedAt = outcome is null ? null : At.AddSeconds(12.34),
        Milestones = [],
    };

    public static ReleaseView Release(string id, string version) => new()
    {
        Id = Name<ReleaseId>(id),
        Version = version,
        GitSha = "0123456789abcdef0123456789abcdef01234567",
        BuildDate = At,
        Services =
        [
            new(Name<ServiceName>("api"), ServiceKind.Api, 2, "sha256-1", new Dictionary<string, string> { ["LOG_LEVEL"] = "info" },
                new Dictionary<string, string> { ["API_KEY"] = "secret://home/API_KEY#3" }, ["/api"]),
        ],
    };

    public static InstanceView Instance(string service, string release, int number, string phase, double? share) => new()
    {
        Id = Name<InstanceId>($"{service}-{release}-{number}"),
        Service = Name<ServiceName>(service),
        Release = Name<ReleaseId>(release),
        Phase = phase,
        Address = $"127.0.0.1:{40000 + number}",
        StartedAt = At.AddSeconds(-90),
        Restarts = 0,
        MemoryBytes = 50L << 20,
        CpuCores = 0.25,
        TrafficPercent = share,
        Trouble = phase == "ready" ? null : "GET /ready answered 503",
    };

    public static string Event(RolloutView view) => $"data: {JsonSerializer.Serialize(view, ApiJson.Default.RolloutView)}\n\n";

    public static T Name<T>(string text)
        where T : struct, IName<T>
        => T.TryParse(text, out var name) ? name : throw new FormatException(text);
}
