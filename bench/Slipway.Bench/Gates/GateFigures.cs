using System.Runtime.CompilerServices;

namespace Slipway.Bench.Gates;

/// <summary>The verdicts of the gates: how soon a bad release is known, and how seldom a good one is undone.</summary>
internal static class GateFigures
{
    /// <param name="quick">Fewer repetitions; ends within a minute.</param>
    /// <param name="progress">Told what is going on.</param>
    /// <param name="stop">Ends the measurement.</param>
    public static async IAsyncEnumerable<Figure> Measure(bool quick, Action<string> progress, [EnumeratorCancellation] CancellationToken stop)
    {
        progress("errors from 0.1 % to 5 %, simulated");
        await foreach (var figure in FailingErrors.Measure(quick ? 100 : 2000, progress, stop))
            yield return figure;
        progress("a latency of twice stable's");
        yield return await SlowReleases.Measure(quick ? 60 : 300, progress, stop);
        progress("outages that stable shares");
        yield return await SharedOutage.Measure(quick ? 50 : 200, progress, stop);
        progress("errors from 0.1 % to 5 %, real processes");
        foreach (var figure in await RealErrors.Measure(quick ? 2 : 30, progress, stop))
            yield return figure;
        progress("good releases");
        await foreach (var figure in GoodReleases.Measure(quick ? 350 : 10_000, progress, stop))
            yield return figure;
    }
}
