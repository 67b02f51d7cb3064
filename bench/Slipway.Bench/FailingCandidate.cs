namespace Slipway.Bench;

/// <summary>A candidate that answers every request with 500, at 10 % of the traffic: how long users meet it.</summary>
internal static class FailingCandidate
{
    private const double RatePerSecond = 200;

    public static async Task<Figure> Measure(int runs, Action<string> progress, CancellationToken stop)
    {
        var manifest = BenchManifest.Of(
            "{ strategy: canary, steps: [10, 100], bake: 5s }",
            "{ inconclusive: { after: 0s, then: proceed } }");
        await using var stack = await Stack.Start(manifest, stop);
        await stack.Deploy([], "--version", "0");
        var target = await stack.Address();
        var samples = new Samples("failing-candidate");
        for (var run = 1; run <= runs; run++)
        {
            await using var traffic = Traffic.Mixed(target, RatePerSecond, stop);
            var (code, rollout) = await stack.Deploy(new() { ["FIXTURE_ERRORS"] = "1" }, "--version", $"{run}", "--wait", "settled");
            var report = await traffic.End();
            if (code != 1 || report.Total.FirstBadAt is not { } first || report.Total.LastBadAt is not { } last)
                throw new InvalidOperationException($"A bad release was not undone (exit code {code}): {rollout}");
            if (report.Total.Transport + report.Total.Mismatched > 0)
                throw new InvalidOperationException($"Requests were lost beside the candidate's own errors: {report.Total}");
            samples.Add((last - first).TotalMilliseconds);
            if (run % 10 == 0)
                progress($"  {run} of {runs}, median {samples.Median:0} ms");
        }
        samples.Save();
        return Figure.AtMost(
            $"always-failing candidate at 10 %, first to last bad answer, median of {runs}",
            samples.Median, "ms", 1000, $"p95 {samples.Quantile(0.95):0} ms, slowest {samples.Max:0} ms");
    }
}
