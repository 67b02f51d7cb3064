namespace Slipway.Bench.Workers;

/// <summary>
/// Canary releases of a worker while jobs come in: good ones, ones that crash at a step or under guard, some with a worker killed, some
/// with the control plane killed. Each worker writes down what it has done; afterwards every job is looked for.
/// </summary>
internal static class WorkerReleases
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static async Task<IReadOnlyList<Figure>> Measure(int releases, int jobs, Action<string> progress, CancellationToken stop)
    {
        // Goes last: a worker that lost its queue would make it again.
        using var queue = new JobQueue();
        await using var stack = await Stack.Start(Manifest(queue.Folder), stop);
        var stage = new WorkStage(stack, stop);
        var (random, cutOff, outcomes) = (new Random(4), new HashSet<string>(StringComparer.Ordinal), new Dictionary<string, int>(StringComparer.Ordinal));
        await stage.Begin([]);
        for (var release = 1; release <= releases; release++)
        {
            queue.Add(jobs * release / releases, random);
            var outcome = await Release(stage, release, random, cutOff);
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
            if (release % 10 == 0)
                progress($"  {release} of {releases} releases, {queue.Left} of {queue.Added} jobs left");
        }
        await queue.Emptied(Patience, stop);
        var done = queue.Done();
        var doubles = done.Where(job => job.Value.Count > 1).ToList();
        var broken = doubles.Where(job => !job.Value.Any(worker => cutOff.Contains(worker) || Crashed(stack, worker))).ToList();
        foreach (var job in broken)
            progress($"  DOUBLE {job.Key}: {string.Join(", ", job.Value)}");
        var told = string.Join(", ", outcomes.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"{one.Value} {one.Key}"));
        return
        [
            Figure.Exactly($"worker canary, {releases} releases ({told}): jobs lost of {queue.Added}", queue.Added - done.Count, "jobs", 0),
            Figure.Exactly("worker canary: jobs done twice though nobody killed who had them", broken.Count, "jobs", 0, $"{doubles.Count - broken.Count} by a kill, as at-least-once allows"),
        ];
    }

    private static async Task<string> Release(WorkStage stage, int release, Random random, HashSet<string> cutOff)
    {
        var variables = (release % 10) switch
        {
            1 or 6 => new Dictionary<string, string> { ["FIXTURE_EXIT"] = "3@300" },
            4 => new() { ["FIXTURE_EXIT"] = "3@1500" },
            _ => [],
        };
        await stage.Deploy(release, variables);
        if (release % 10 is 2 or 7)
        {
            await Task.Delay(random.Next(100, 1200));
            if (stage.Kill("worker", random) is { } killed)
                cutOff.Add(killed);
        }
        else if (release % 10 is 3 or 8 or 6)
        {
            await Task.Delay(random.Next(50, 1200));
            await stage.KillControlPlane();
        }
        return await stage.Settled();
    }

    // A release that ends by itself is a kill like any other to who had taken a job there.
    private static bool Crashed(Stack stack, string worker)
    {
        var log = Path.Combine(stack.Home, "environments", "bench", "instances", worker.Split('~')[0], "stderr.log");
        return File.Exists(log) && File.ReadAllText(log).Contains("leaving with", StringComparison.Ordinal);
    }

    private static string Manifest(string queue) => $$"""
        app: bench
        services:
          worker:
            kind: worker
            inputs: [slipway.yaml]
            run: {{Repository.Fixture}} work {{queue}}
            replicas: 3
            stop: 5s
        settings:
          FIXTURE_EXIT: { type: string, doc: "Ends by itself." }
          FIXTURE_DRAIN: { type: integer, default: 2000, doc: "Milliseconds to finish in." }
        rollout: { strategy: canary, steps: [25, 100], bake: 300ms }
        gates: { inconclusive: { after: 0s, then: proceed } }
        guard: 700ms
        environments: { bench: {} }
        """;
}
