using System.Runtime.CompilerServices;

namespace Slipway.Bench.Workers;

/// <summary>Releases of workers and schedulers: no job lost, none done twice but for a kill, each tick once.</summary>
internal static class WorkerFigures
{
    /// <summary>These figures alone; <c>bench guard</c> prints them too.</summary>
    public static async IAsyncEnumerable<Figure> Run(bool quick, Action<string> progress, [EnumeratorCancellation] CancellationToken stop)
    {
        foreach (var figure in await Measure(quick, progress, stop))
            yield return figure;
    }

    /// <param name="quick">A tenth of the releases, fewer hand-overs of real processes; ends within a minute.</param>
    /// <param name="progress">Told what is going on.</param>
    /// <param name="stop">Ends the measurement.</param>
    public static async Task<IReadOnlyList<Figure>> Measure(bool quick, Action<string> progress, CancellationToken stop)
    {
        var figures = new List<Figure>();
        progress("hand-overs of a scheduler, simulated");
        figures.AddRange(await SimulatedHandOvers.Measure(handOvers: 1000, stop));
        progress("hand-overs of a scheduler, real processes");
        figures.AddRange(await HandOvers.Measure(handOvers: quick ? 15 : 300, progress, stop));
        progress("canary releases of a worker");
        figures.AddRange(await WorkerReleases.Measure(releases: quick ? 9 : 90, jobs: quick ? 900 : 9000, progress, stop));
        progress("canary releases of courier, the reference application");
        figures.AddRange(await CourierReleases.Measure(releases: quick ? 1 : 10, messages: quick ? 100 : 1000, progress, stop));
        return figures;
    }
}
