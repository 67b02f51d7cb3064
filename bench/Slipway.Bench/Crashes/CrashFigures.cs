using System.Runtime.CompilerServices;
using Slipway.Bench.Simulated;

namespace Slipway.Bench.Crashes;

/// <summary>Death anywhere: control planes that are killed or paused at any instant, one alone and several that elect.</summary>
internal static class CrashFigures
{
    public static async IAsyncEnumerable<Figure> Measure(bool quick, Action<string> progress, [EnumeratorCancellation] CancellationToken stop)
    {
        foreach (var figure in await KilledFigures.Measure(quick ? 12 : 300, progress, stop))
            yield return figure;
        foreach (var figure in await PausedFigures.Measure(quick ? 1 : 20, progress, stop))
            yield return figure;
        foreach (var figure in await ElectionFigures.Measure(quick ? 2 : 20, progress, stop))
            yield return figure;
        await foreach (var figure in SimulatedFigures.Measure(quick, progress, stop))
            yield return figure;
    }
}
