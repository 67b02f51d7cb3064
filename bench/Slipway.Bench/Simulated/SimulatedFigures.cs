using System.Runtime.CompilerServices;

namespace Slipway.Bench.Simulated;

/// <summary>What the simulator measures: random scenes, an independent observer, the exhaustive search, a fleet.</summary>
internal static class SimulatedFigures
{
    // Seeds of their own, so that the observer is not asked about scenes that were played already.
    private const int ObserverSeeds = 10_000_000;

    /// <param name="quick">Fewer seeds and a shallower search.</param>
    /// <param name="progress">Told what is going on.</param>
    /// <param name="stop">Ends the measurement.</param>
    public static async IAsyncEnumerable<Figure> Measure(bool quick, Action<string> progress, [EnumeratorCancellation] CancellationToken stop)
    {
        progress("What a pass costs:");
        foreach (var figure in await FleetFigures.Measure(quick, progress, stop))
            yield return figure;
        progress("Every interleaving of a small model:");
        foreach (var figure in await SearchFigures.Measure(quick, progress, stop))
            yield return figure;
        progress("Exit code, status and audit against an independent observer:");
        yield return await SceneFigures.Observed(quick ? 200 : 1000, ObserverSeeds, progress, stop);
        progress("Random scenes:");
        foreach (var figure in await SceneFigures.Measure(quick ? 2000 : 100_000, 0, progress, stop))
            yield return figure;
    }
}
