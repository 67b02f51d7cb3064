namespace Slipway.Bench.Gates;

/// <summary>Plays many simulated releases, as many at once as there are processors.</summary>
internal static class ManyRuns
{
    public static async Task<SimulatedOutcome[]> Play(int runs, Func<int, SimulatedCase> about, Action<string> progress, CancellationToken stop)
    {
        var outcomes = new SimulatedOutcome[runs];
        var done = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, runs), stop, async (run, _) =>
        {
            outcomes[run] = await SimulatedRelease.Play(about(run));
            if (Interlocked.Increment(ref done) is var count && count % Math.Max(1, runs / 5) == 0)
                progress($"  {count} of {runs}");
        });
        return outcomes;
    }
}
