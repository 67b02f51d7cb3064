using System.Diagnostics;
using Slipway.Cli.Load;

namespace Slipway.Bench;

/// <summary>Releases under load: every request that is due must be answered, whole and well.</summary>
internal static class Switches
{
    // At 3,000 with builds beside it, two cores fell behind for good and the client timed out: that measured the machine.
    private const double RatePerSecond = 2000;

    public static async Task<IReadOnlyList<Figure>> Measure(int switches, long requestsMin, Action<string> progress, CancellationToken stop)
    {
        var manifest = BenchManifest.Of("{ strategy: blue-green, bake: 300ms }", "{ inconclusive: { after: 0s, then: proceed } }");
        await using var stack = await Stack.Start(manifest, stop);
        await stack.Deploy([], "--version", "0");
        await using var traffic = Traffic.Mixed(await stack.Address(), RatePerSecond, stop);
        var clock = Stopwatch.StartNew();
        for (var number = 1; number <= switches; number++)
        {
            var (code, rollout) = await stack.Deploy([], "--version", $"{number}", "--wait", "settled");
            if (code != 0)
                throw new InvalidOperationException($"Release {number} was not promoted: {rollout}");
            if (number % 10 == 0)
                progress($"  {number} of {switches} after {clock.Elapsed.TotalSeconds:0} s");
        }
        // The rate is fixed, so what is still missing is a matter of time.
        while (clock.Elapsed.TotalSeconds * RatePerSecond < requestsMin * 1.01)
            await Task.Delay(500, stop);
        var report = await traffic.End();
        foreach (var failure in report.Failures.Take(20))
            progress($"  {failure}");
        return
        [
            Figure.Exactly($"requests lost over {switches} switches under load", report.Bad, "requests", 0),
            Figure.AtLeast("  requests sent in that run, some after the last switch", report.Total.Ended, "requests", requestsMin, Kinds(report)),
        ];
    }

    private static string Kinds(LoadReport report)
        => string.Join(", ", report.ByRequest.Select(kind => $"{kind.Key} {kind.Value.Ended}")) + $", p99 {report.Latency.P99:0.0} ms";
}
