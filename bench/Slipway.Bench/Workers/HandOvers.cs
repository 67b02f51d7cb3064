using System.Diagnostics;

namespace Slipway.Bench.Workers;

/// <summary>
/// Releases of a scheduler whose ticks are 50 ms apart: some with the scheduler killed, some with the control plane killed. A
/// scheduler remembers its next tick itself and its store asks for nothing but the fence, so that two at once would make a tick twice.
/// </summary>
internal static class HandOvers
{
    private const int EveryMs = 50;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<IReadOnlyList<Figure>> Measure(int handOvers, Action<string> progress, CancellationToken stop)
    {
        var store = Path.Combine(Directory.CreateTempSubdirectory("slipway-bench-ticks-").FullName, "ticks");
        var began = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        await using var stack = await Stack.Start(Manifest(store, began), stop);
        var (stage, random, clock) = (new WorkStage(stack, stop), new Random(5), Stopwatch.GetTimestamp());
        await stage.Begin([]);
        // Nearly every release hands over; one that is aborted soon does not.
        for (var release = 1; Begun(store) <= handOvers && release <= 2 * handOvers; release++)
        {
            await Release(stage, release, random);
            if (release % 50 == 0)
                progress($"  {Begun(store) - 1} of {handOvers} hand-overs after {Stopwatch.GetElapsedTime(clock).TotalSeconds:0} s");
        }
        var due = (DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - began) / EveryMs;
        var until = Stopwatch.GetTimestamp();
        while (Ticks(store).LastOrDefault().Tick < due && Stopwatch.GetElapsedTime(until) < Patience)
            await Task.Delay(EveryMs, stop);
        var ticks = Ticks(store).GroupBy(one => one.Tick).ToDictionary(tick => tick.Key, tick => tick.ToList());
        var lost = Enumerable.Range(0, (int)due).Count(tick => !ticks.ContainsKey(tick));
        var late = ticks.Values.SelectMany(tick => tick).Select(tick => (double)tick.LateMs).Order().ToList();
        var real = Begun(store) - 1;
        Directory.Delete(Path.GetDirectoryName(store)!, recursive: true);
        return
        [
            Figure.AtLeast("hand-overs of a scheduler, real processes", real, "hand-overs", handOvers, $"{Stopwatch.GetElapsedTime(clock).TotalMilliseconds / real:0} ms each"),
            Figure.Exactly($"ticks lost over {real} real hand-overs, of {due}", lost, "ticks", 0, $"latest {late[^1]:0} ms late, median {late[late.Count / 2]:0} ms"),
            Figure.Exactly($"ticks made twice over {real} real hand-overs", ticks.Values.Count(tick => tick.Count > 1), "ticks", 0),
        ];
    }

    private static async Task Release(WorkStage stage, int release, Random random)
    {
        await stage.Deploy(release, []);
        if (release % 20 == 7)
        {
            await Task.Delay(random.Next(0, 400));
            await stage.KillControlPlane();
        }
        else if (release % 10 == 3)
        {
            await Task.Delay(random.Next(0, 400));
            stage.Kill("clock", random);
        }
        else if (release % 10 == 5)
        {
            await Task.Delay(random.Next(0, 300));
            await stage.Abort();
        }
        await stage.Settled();
    }

    // A scheduler writes its token when it begins.
    private static int Begun(string store) => Lines(store).Count(line => line[^1] == 'C');

    private static List<(long Tick, int LateMs)> Ticks(string store)
        => [.. Lines(store).Where(line => line[^1] == 'T').Select(line => (long.Parse(line[..12]), int.Parse(line[33..39])))];

    // Read by a program that takes no part in the locking, so that looking never holds up a tick.
    private static List<string> Lines(string store)
    {
        if (!File.Exists(store))
            return [];
        using var reading = Process.Start(new ProcessStartInfo("cat", [store]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var text = reading.StandardOutput.ReadToEnd();
        reading.WaitForExit();
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line.Length == 41)];
    }

    private static string Manifest(string store, long began) => $$"""
        app: bench
        services:
          clock:
            kind: scheduler
            inputs: [slipway.yaml]
            run: {{Repository.Fixture}} tick {{store}} {{began}} {{EveryMs}}
            stop: 5s
        rollout: { strategy: blue-green, bake: 0s }
        gates: { inconclusive: { after: 0s, then: proceed } }
        guard: 0s
        environments: { bench: {} }
        """;
}
