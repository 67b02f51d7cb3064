using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Slipway.Bench.Guards;

/// <summary>
/// What runs before a deploy and after it was undone, for random changes of applications: settings, secret versions, routes,
/// replicas, whole services; undone by a gate, under guard, by a warm or by a cold rollback.
/// </summary>
internal static class Fingerprints
{
    private static readonly int[] s_ways = [0, 3, 1, 2];

    public static async Task<Figure> Measure(int runs, Action<string> progress, CancellationToken stop)
    {
        var random = new Random(4);
        var differing = 0;
        await using var stack = await Stack.Start(Manifest(new Shape(1, "one", false, true, 2), "30s"), stop);
        var stage = new GuardStage(stack, stop);
        Directory.CreateDirectory(Path.Combine(stack.Folder, "source"));
        await File.WriteAllTextAsync(Path.Combine(stack.Folder, "source", "note.txt"), "note", stop);
        await stack.SetSecret("DB_SECRET", "secret-0");
        for (var run = 1; run <= runs; run++)
        {
            var before = Shape.Random(random);
            await Write(stack, before, "0s", stop);
            await stage.Deploy($"{run}.0", "--wait", "settled");
            await AtRest(stage);
            var old = await stage.Fingerprint();
            await stack.SetSecret("DB_SECRET", string.Create(CultureInfo.InvariantCulture, $"secret-{run}"));
            // A warm rollback last: it has a measurement of its own.
            var way = s_ways[(run - 1) % s_ways.Length];
            await Change(stage, stack, Shape.Random(random), $"{run}.1", way, stop);
            await AtRest(stage);
            var now = await stage.Fingerprint();
            var other = old.Keys.Union(now.Keys).Where(part => old.GetValueOrDefault(part) != now.GetValueOrDefault(part)).ToList();
            differing += other.Count > 0 ? 1 : 0;
            progress($"  {run} of {runs}, {Way(way)}: {(other.Count == 0 ? "equal" : "differs in " + string.Join(", ", other))}");
        }
        return Figure.Exactly($"fingerprints that differ after {runs} random changes were undone", differing, "of them", 0);
    }

    private sealed record Shape(int Setting, string Note, bool Second, bool Worker, int Replicas)
    {
        public static Shape Random(Random random)
            => new(random.Next(1000), $"note-{random.Next(1000)}", random.Next(2) == 0, random.Next(2) == 0, random.Next(1, 4));
    }

    private static string Way(int way) => way switch
    {
        0 => "undone by a gate in its bake",
        1 => "undone under guard",
        2 => "warm rollback",
        _ => "cold rollback",
    };

    private static async Task Change(GuardStage stage, Stack stack, Shape shape, string version, int way, CancellationToken stop)
    {
        await Write(stack, shape, way == 3 ? "0s" : "10m", stop);
        if (way == 0)
        {
            await using var load = Traffic.Mixed(await stack.Address(), 50, stop);
            var (failed, rollout) = await stack.Deploy(new() { ["FIXTURE_ERRORS"] = "1" }, "--version", version, "--wait", "settled");
            if (failed != 1)
                throw new InvalidOperationException($"A bad release was not undone: {rollout}");
            return;
        }
        var (_, promoted) = await stack.Deploy([], "--version", version);
        if (way == 1)
            await stage.Break(promoted.GetProperty("candidate").GetProperty("id").GetString()!, "ready=fail");
        else
            await stage.Stack.Slipway("rollback", "bench", "--reason", "measured");
    }

    private static Task<double> AtRest(GuardStage stage)
        => stage.Until(status => !status.TryGetProperty("rollout", out _) && Steady(status), Stopwatch.GetTimestamp(), 90);

    private static bool Steady(JsonElement status)
        => status.GetProperty("instances").EnumerateArray().All(one => one.GetProperty("release").GetString() == GuardStage.Live(status) && one.GetProperty("phase").GetString() == "ready");

    private static Task Write(Stack stack, Shape shape, string guard, CancellationToken stop)
        => File.WriteAllTextAsync(Path.Combine(stack.Folder, "slipway.yaml"), Manifest(shape, guard), stop);

    private static string Manifest(Shape shape, string guard)
    {
        var text = new StringBuilder($$"""
            app: bench
            services:
              web:
                inputs: [source]
                run: {{Repository.Fixture}}
                port: 8080
                health: { path: /health, period: 500ms }
                ready: { path: /ready, period: 500ms }
                routes: [{ path: /, hold: 5s }, /web-{{shape.Setting}}]
                replicas: {{shape.Replicas}}
                stop: 2s

            """);
        if (shape.Second)
            text.Append(CultureInfo.InvariantCulture, $"  second: {{ inputs: [source], run: {Repository.Fixture}, port: 8080, ready: /ready, route: /second-{shape.Setting}, stop: 2s }}\n");
        if (shape.Worker)
            text.Append(CultureInfo.InvariantCulture, $"  worker: {{ inputs: [source], run: {Repository.Fixture}, replicas: {shape.Replicas}, stop: 2s }}\n");
        text.Append($$"""
            settings:
              NOTE: { type: string, services: [web] }
              FIXTURE_ERRORS: { type: number, services: [web], doc: Share of requests that are answered 500. }
              DB_SECRET: { secret: true, store: home, services: [web] }
            rollout: { strategy: blue-green, bake: 3s, circuit: 0 }
            gates: { inconclusive: { after: 0s, then: proceed } }
            guard: {{guard}}
            environments:
              bench: { settings: { NOTE: {{shape.Note}} } }
            """);
        return text.ToString();
    }
}
