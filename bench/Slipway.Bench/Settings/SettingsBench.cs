using System.Runtime.CompilerServices;

namespace Slipway.Bench.Settings;

/// <summary>The figures of settings and secrets: quick checks, a store that survives, rotation without a loss, drift found, nothing leaked.</summary>
internal static class SettingsBench
{
    /// <param name="quick">Fewer repetitions; ends within a minute.</param>
    /// <param name="progress">Told what is going on.</param>
    /// <param name="stop">Ends the measurement.</param>
    public static async IAsyncEnumerable<Figure> Run(bool quick, Action<string> progress, [EnumeratorCancellation] CancellationToken stop)
    {
        progress("marked secrets through everything");
        foreach (var figure in await LeakFigures.Measure(progress, stop))
            yield return figure;
    }
}
