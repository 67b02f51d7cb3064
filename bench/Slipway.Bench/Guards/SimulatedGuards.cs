using Slipway.Simulation;

namespace Slipway.Bench.Guards;

/// <summary>Guards in the simulated world, whose clock is turned by hand: random applications, each seed another one.</summary>
internal static class SimulatedGuards
{
    /// <summary>The slowest undoing of a fault that begins so long after promotion; one that is not undone within two minutes counts as that long.</summary>
    public static async Task<Figure> Faults(TimeSpan after, string name, int runs, Action<string> progress, CancellationToken stop)
    {
        var samples = new Samples($"guard-simulated-{after.TotalSeconds:0}");
        var wrong = 0;
        for (var seed = 0; seed < runs; seed++)
        {
            stop.ThrowIfCancellationRequested();
            var result = await new GuardScene(seed).PlayFault(after);
            samples.Add(result.Undone?.TotalSeconds ?? 120);
            wrong += result.Wrong.Count > 0 ? 1 : 0;
            if (result is not { Undone.TotalSeconds: < 10, Wrong: [] })
                progress($"  seed {seed}: {result.Undone}, {result.Fault}; {string.Join("; ", result.Wrong)}");
        }
        samples.Save();
        return Figure.AtMost(
            $"simulated fault {name} after promotion until undone, slowest of {runs}", samples.Max + (wrong * 1000), "s", 10,
            $"median {samples.Median:0.0} s, p99 {samples.Quantile(0.99):0.0} s");
    }

    /// <summary>Rollbacks, or anything else amiss, in outages that both releases share.</summary>
    public static async Task<Figure> Outages(bool promoted, int runs, Action<string> progress, CancellationToken stop)
    {
        var undone = 0;
        for (var seed = 0; seed < runs; seed++)
        {
            stop.ThrowIfCancellationRequested();
            var result = await new GuardScene(10_000 + seed).PlayOutage(promoted);
            if (result is { Undone: null, Wrong: [] })
                continue;
            undone++;
            progress($"  seed {10_000 + seed}: {result.Fault}; {string.Join("; ", result.Wrong)}");
        }
        return Figure.Exactly($"simulated outages {(promoted ? "under guard" : "during bakes")}: rollbacks in {runs}", undone, "rollbacks", 0);
    }
}
