using System.Runtime.CompilerServices;
using Slipway.Bench.Drift;
using Slipway.Bench.Rotations;

namespace Slipway.Bench.Settings;

/// <summary>The figures of settings and secrets: quick checks, a store that survives, nothing leaked, rotations that nobody notices.</summary>
internal static class SettingsBench
{
    /// <param name="quick">Fewer repetitions and kinds of change; ends within a few minutes.</param>
    /// <param name="progress">Told what is going on.</param>
    /// <param name="stop">Ends the measurement.</param>
    public static async IAsyncEnumerable<Figure> Run(bool quick, Action<string> progress, [EnumeratorCancellation] CancellationToken stop)
    {
        progress("check and run, whole processes");
        foreach (var figure in await CheckAll.Measure(rounds: quick ? 10 : 30, stop))
            yield return figure;
        foreach (var figure in await RunBefore.Measure(rounds: quick ? 10 : 30, stop))
            yield return figure;
        progress("a large secret store");
        foreach (var figure in await SecretStoreFigures.Measure(progress, stop))
            yield return figure;
        progress(".env files");
        foreach (var figure in DotEnvCases.Measure(files: quick ? 50_000 : 1_000_000, seed: 20261124))
            yield return figure;
        progress("changes from outside");
        foreach (var figure in await DriftFigures.Measure(quick, progress, stop))
            yield return figure;
        progress("marked secrets through everything");
        foreach (var figure in await LeakFigures.Measure(progress, stop))
            yield return figure;
        progress("rotations under load");
        await foreach (var figure in RotationFigures.Measure(quick, progress, stop))
            yield return figure;
    }
}
