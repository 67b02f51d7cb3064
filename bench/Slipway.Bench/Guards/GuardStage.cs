using System.Diagnostics;
using System.Text.Json;

namespace Slipway.Bench.Guards;

/// <summary>An application of a web service and a worker that is live, and what is asked of it.</summary>
/// <param name="stack">Where it runs.</param>
/// <param name="stop">Ends the measurement.</param>
internal sealed class GuardStage(Stack stack, CancellationToken stop)
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);

    public Stack Stack => stack;

    /// <param name="guard">How long it is guarded.</param>
    /// <param name="more">Further lines of the web service.</param>
    public static string Manifest(string guard, string more = "") => $$"""
        app: bench
        services:
          web:
            inputs: [slipway.yaml]
            run: {{Repository.Fixture}}
            port: 8080
            health: { path: /health, period: 500ms }
            ready: { path: /ready, period: 500ms }
            route: { path: /, hold: 5s }
            replicas: 2
            stop: 5s
            {{more}}
          worker:
            inputs: [slipway.yaml]
            run: {{Repository.Fixture}}
            replicas: 2
            stop: 5s
        settings:
          FIXTURE_NEEDS: { type: string, default: "", safe: [local], doc: What both releases need. }
        rollout: { strategy: blue-green, bake: 500ms, circuit: 0 }
        gates: { inconclusive: { after: 0s, then: proceed } }
        guard: {{guard}}
        environments:
          bench: {}
        """;

    public async Task<JsonElement> Deploy(string version, params string[] more)
    {
        var (code, rollout) = await stack.Deploy([], ["--version", version, .. more]);
        return code == 0 ? rollout : throw new InvalidOperationException($"Release {version} was not promoted: {rollout}");
    }

    /// <summary>The instances of a release's service that run.</summary>
    public static IEnumerable<JsonElement> Instances(JsonElement status, string release, string service)
        => status.GetProperty("instances").EnumerateArray().Where(one => one.GetProperty("release").GetString() == release && one.GetProperty("service").GetString() == service);

    public static string? Live(JsonElement status) => status.TryGetProperty("live", out var live) ? live.GetProperty("id").GetString() : null;

    /// <summary>Whether all traffic is with a release.</summary>
    public static bool HasAllTraffic(JsonElement status, string release)
    {
        var shares = status.GetProperty("instances").EnumerateArray().Where(one => one.TryGetProperty("trafficPercent", out var share) && share.GetDouble() > 0)
            .Select(one => one.GetProperty("release").GetString()).ToList();
        return shares.Count > 0 && shares.TrueForAll(one => one == release);
    }

    /// <summary>Whether all instances of a release's service are ready.</summary>
    public static bool IsAtWork(JsonElement status, string release, string service, int instances)
        => Instances(status, release, service).Count(one => one.GetProperty("phase").GetString() == "ready") >= instances;

    /// <summary>Waits until something holds of the environment; gives the time since a moment, in milliseconds.</summary>
    public async Task<double> Until(Func<JsonElement, bool> holds, long since, double secondsMax)
    {
        while (!holds(await stack.Status()))
        {
            if (Stopwatch.GetElapsedTime(since).TotalSeconds > secondsMax)
                return secondsMax * 1000;
            await Task.Delay(s_look, stop);
        }
        return Stopwatch.GetElapsedTime(since).TotalMilliseconds;
    }

    /// <summary>Makes every web instance of a release misbehave.</summary>
    public async Task Break(string release, string fault)
    {
        using var client = new HttpClient();
        foreach (var instance in Instances(await stack.Status(), release, "web"))
        {
            using var answer = await client.PostAsync(new Uri($"http://{instance.GetProperty("address").GetString()}/faults?{fault}"), null, stop);
            answer.EnsureSuccessStatusCode();
        }
    }

    /// <summary>The fingerprint of what runs, by its parts.</summary>
    public async Task<Dictionary<string, string>> Fingerprint()
    {
        var view = await stack.Post("/v1/environments/bench/drift", """{"path":"cli"}""");
        var fingerprint = view.GetProperty("fingerprint");
        var parts = fingerprint.GetProperty("parts").EnumerateObject().ToDictionary(part => part.Name, part => part.Value.GetString()!);
        parts["whole"] = fingerprint.GetProperty("whole").GetString()!;
        return parts;
    }
}
