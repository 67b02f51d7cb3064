using System.Diagnostics;

namespace Slipway.Bench.Guards;

/// <summary><c>slipway rollback</c> while the release before is warm: until it has all traffic, and until its workers work again.</summary>
internal static class WarmRollbacks
{
    private const double RatePerSecond = 200;

    public static async Task<IReadOnlyList<Figure>> Measure(int runs, Action<string> progress, CancellationToken stop)
    {
        await using var stack = await Stack.Start(GuardStage.Manifest("10m"), stop);
        var stage = new GuardStage(stack, stop);
        await stage.Deploy("0");
        var first = GuardStage.Live(await stack.Status())!;
        await using var traffic = Traffic.Mixed(await stack.Address(), RatePerSecond, stop);
        var (routes, workers) = (new Samples("warm-rollback-routes"), new Samples("warm-rollback-workers"));
        for (var run = 1; run <= runs; run++)
        {
            await stage.Deploy($"{run}");
            await Task.Delay(TimeSpan.FromSeconds(1), stop);
            var since = Stopwatch.GetTimestamp();
            var command = stack.Slipway("rollback", "bench", "--reason", "measured");
            routes.Add(await stage.Until(status => GuardStage.HasAllTraffic(status, first), since, 30));
            workers.Add(await stage.Until(status => GuardStage.IsAtWork(status, first, "worker", 2), since, 30));
            var (code, output, error) = await command;
            if (code != 0)
                throw new InvalidOperationException($"slipway rollback exits with {code}: {output} {error}");
            await stage.Until(status => !status.TryGetProperty("rollout", out _), since, 60);
            progress($"  run {run}: routes {routes.Max:0} ms, workers {workers.Max:0} ms at most");
        }
        var report = await traffic.End();
        routes.Save();
        workers.Save();
        return
        [
            Figure.AtMost($"warm rollback, command to all traffic, slowest of {runs}", routes.Max / 1000, "s", 2, $"median {routes.Median / 1000:0.00} s"),
            Figure.AtMost($"warm rollback, command to workers back at work, slowest of {runs}", workers.Max / 1000, "s", 10, $"median {workers.Median / 1000:0.00} s"),
            Figure.Exactly("  requests lost meanwhile", report.Bad, "requests", 0, $"of {report.Total.Ended}"),
        ];
    }
}
