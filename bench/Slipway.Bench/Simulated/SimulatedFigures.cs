namespace Slipway.Bench.Simulated;

/// <summary>What the simulator measures: scenes, the independent observer, the exhaustive search, the fleet.</summary>
internal static class SimulatedFigures
{
    /// <param name="quick">Fewer seeds and a shallower search.</param>
    /// <param name="progress">Told what is going on.</param>
    /// <param name="stop">Ends the measurement.</param>
    public static async IAsyncEnumerable<Figure> Measure(bool quick, Action<string> progress, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        progress("The cost of a pass.");
        foreach (var figure in await FleetFigures.Measure(quick, progress, stop))
            yield return figure;
    }
}
