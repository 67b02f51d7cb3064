using System.Diagnostics;

namespace Slipway.Bench.Guards;

/// <summary>Faults of real processes some time after their promotion, until all traffic is with the release before.</summary>
internal static class RealGuards
{
    private const double RatePerSecond = 50;
    private static readonly string[] s_faults = ["errors=1", "errors=0.3", "exit=3", "ready=fail"];

    public static async Task<IReadOnlyList<Figure>> Faults(TimeSpan after, int rounds, Action<string> progress, CancellationToken stop)
    {
        await using var stack = await Stack.Start(GuardStage.Manifest("10m"), stop);
        var stage = new GuardStage(stack, stop);
        await stage.Deploy("0");
        var first = GuardStage.Live(await stack.Status())!;
        await using var traffic = Traffic.Mixed(await stack.Address(), RatePerSecond, stop);
        var samples = s_faults.ToDictionary(fault => fault, fault => new Samples($"guard-{after.TotalSeconds:0}-{fault.Replace('=', '-')}"));
        for (var round = 0; round < rounds; round++)
        {
            foreach (var fault in s_faults)
            {
                var candidate = (await stage.Deploy($"{round}.{fault}".Replace('=', '-'))).GetProperty("candidate").GetProperty("id").GetString()!;
                await Task.Delay(after, stop);
                var since = Stopwatch.GetTimestamp();
                await stage.Break(candidate, fault);
                var took = await stage.Until(status => GuardStage.HasAllTraffic(status, first), since, 60);
                samples[fault].Add(took / 1000);
                progress($"  {fault}: {took:0} ms");
                await stage.Until(status => !status.TryGetProperty("rollout", out _), since, 120);
            }
        }
        foreach (var one in samples.Values)
            one.Save();
        return [.. samples.Select(one => Figure.AtMost(
            $"real fault {one.Key} {after.TotalSeconds:0} s after promotion until undone, slowest of {rounds}", one.Value.Max, "s", 10, $"median {one.Value.Median:0.0} s"))];
    }
}
