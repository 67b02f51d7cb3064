using System.Runtime.CompilerServices;
using Slipway.Bench.Workers;

namespace Slipway.Bench.Guards;

/// <summary>The figures of the guard and of going back: how soon a fault after promotion is undone, and whether all is as before then.</summary>
internal static class GuardFigures
{
    /// <param name="quick">Fewer repetitions; ends within about a minute.</param>
    /// <param name="progress">Told what is going on.</param>
    /// <param name="stop">Ends the measurement.</param>
    public static async IAsyncEnumerable<Figure> Measure(bool quick, Action<string> progress, [EnumeratorCancellation] CancellationToken stop)
    {
        progress("faults after promotion, simulated");
        foreach (var (after, name) in Ages)
            yield return await SimulatedGuards.Faults(after, name, runs: quick ? 30 : 300, progress, stop);
        progress("outages that both releases share, simulated");
        yield return await SimulatedGuards.Outages(promoted: true, runs: quick ? 20 : 200, progress, stop);
        yield return await SimulatedGuards.Outages(promoted: false, runs: quick ? 20 : 200, progress, stop);
        progress("faults after promotion, real processes");
        foreach (var figure in await RealGuards.Faults(TimeSpan.FromSeconds(quick ? 3 : 15), rounds: quick ? 1 : 3, progress, stop))
            yield return figure;
        if (!quick)
        {
            foreach (var figure in await RealGuards.Faults(TimeSpan.FromMinutes(2), rounds: 1, progress, stop))
                yield return figure;
        }
        progress("an outage that both releases share, real processes");
        foreach (var figure in await RealOutage.Measure(runs: quick ? 1 : 5, progress, stop))
            yield return figure;
        progress("warm rollbacks");
        foreach (var figure in await WarmRollbacks.Measure(runs: quick ? 3 : 20, progress, stop))
            yield return figure;
        progress("fingerprints before and after");
        yield return await Fingerprints.Measure(runs: quick ? 3 : 30, progress, stop);
        await foreach (var figure in WorkerFigures.Run(quick, progress, stop))
            yield return figure;
    }

    private static (TimeSpan After, string Name)[] Ages { get; } =
        [(TimeSpan.FromSeconds(15), "15 s"), (TimeSpan.FromMinutes(2), "2 min"), (TimeSpan.FromMinutes(30), "30 min")];
}
