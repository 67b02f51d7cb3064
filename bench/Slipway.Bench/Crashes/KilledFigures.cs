using System.Diagnostics;

namespace Slipway.Bench.Crashes;

/// <summary>SIGKILL at every journal write and around every effect of rollouts by three strategies, under traffic.</summary>
internal static class KilledFigures
{
    private static readonly string[] s_strategies = ["Rolling", "BlueGreen", "Canary"];
    private static readonly int[] s_delays = [0, 300, 2000, 800, 8000];
    private static readonly TimeSpan s_whole = TimeSpan.FromSeconds(5);

    /// <param name="points">How many kills.</param>
    /// <param name="progress">Told of each.</param>
    /// <param name="stop">Ends the measurement.</param>
    public static async Task<IReadOnlyList<Figure>> Measure(int points, Action<string> progress, CancellationToken stop)
    {
        await using var stage = new CrashStage(stop);
        var victim = stage.Launch();
        await Until(stage, async () => await stage.Leader() is not null, "it answers");
        await stage.Deploy("BlueGreen", 0);
        await Until(stage, stage.IsAtRest, "the first release is live");
        await using var traffic = Traffic.Mixed(new((await stage.Status())!.Value.GetProperty("address").GetString()!), 100, stop);
        var samples = new Samples("crash-whole");
        var wrong = new Dictionary<string, int> { ["whole"] = 0, ["orphan"] = 0, ["double"] = 0, ["capacity"] = 0, ["lease"] = 0, ["end"] = 0 };
        var places = new HashSet<string>();
        // In quick runs the points lie further apart, so that they still reach the end of a rollout.
        var (number, delay, version, stride) = (1, 0, 1, points < 100 ? 7 : 1);
        for (var point = 0; point < points;)
        {
            var strategy = s_strategies[version % s_strategies.Length];
            using var kill = new KillPoint(stage.Home, victim, number, s_delays[delay % s_delays.Length]);
            await stage.Deploy(strategy, version++);
            await stage.Within(TimeSpan.FromSeconds(30), async () => victim.HasExited || (kill.KilledAt is null && await stage.IsAtRest()));
            if (!victim.HasExited && kill.KilledAt is null)
            {
                // A rollout has no more writes than that: from the first on again, a moment later each.
                (number, delay) = (1, delay + 1);
                continue;
            }
            await victim.WaitForExitAsync(stop);
            var since = Stopwatch.GetTimestamp();
            victim = stage.Launch();
            var whole = await stage.Within(s_whole, stage.IsWhole);
            var took = Stopwatch.GetElapsedTime(since);
            // A look that began in time may have ended late.
            whole &= took <= s_whole;
            samples.Add(took.TotalMilliseconds);
            var leads = await stage.Leader() == victim.Id;
            var ended = await stage.Within(TimeSpan.FromSeconds(60), stage.IsAtRest);
            string? left = null;
            // A process that was just told to end may still be seen for a moment.
            await stage.Within(TimeSpan.FromSeconds(5), () => Task.FromResult((left = Witness.Wrong(stage.Home, CrashStage.Replicas)) is null));
            Count(wrong, "whole", !whole);
            Count(wrong, "lease", !leads);
            Count(wrong, "end", !ended);
            Count(wrong, left?.Split(':')[0] ?? "capacity", left is not null);
            places.Add($"{strategy} {kill.KilledAt}");
            point++;
            number += stride;
            if (!whole || !leads || !ended || left is not null || point % 10 == 0)
                progress($"  point {point}: {strategy}, killed at write {number - stride} ({kill.KilledAt}): whole {whole}, leads {leads}, ended {ended}, {left ?? "nothing left behind"}");
        }
        var report = await traffic.End();
        samples.Save();
        return
        [
            Figure.AtLeast("kills at journal writes and around effects, three strategies", points, "points", points, $"{places.Count} kinds of place"),
            Figure.Exactly("kills after which it was not wholly old or new in 5 s", wrong["whole"], "kills", 0, $"median {samples.Median:0} ms, slowest {samples.Max:0} ms"),
            Figure.Exactly("kills after which the rollout did not end by itself", wrong["end"], "kills", 0),
            Figure.Exactly("processes of ours that no record knows", wrong["orphan"], "orphans", 0),
            Figure.Exactly("instances or gateways that run twice", wrong["double"], "doubles", 0),
            Figure.Exactly("kills after which there were too few or too many instances", wrong["capacity"], "kills", 0),
            Figure.Exactly("leases that kept the next one from leading", wrong["lease"], "leases", 0),
            Figure.Exactly($"requests lost over these kills, of {report.Total.Ended}", report.Bad, "requests", 0),
        ];
    }

    private static void Count(Dictionary<string, int> wrong, string what, bool isWrong) => wrong[what] += isWrong ? 1 : 0;

    private static async Task Until(CrashStage stage, Func<Task<bool>> condition, string what)
    {
        if (!await stage.Within(TimeSpan.FromSeconds(60), condition))
            throw new InvalidOperationException($"It never happened: {what}.");
    }
}
