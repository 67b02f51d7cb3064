using System.Runtime.CompilerServices;

namespace Slipway.Bench;

/// <summary>The figures of a release on one machine: nothing lost, quickly undone, no time wasted, nothing heavy.</summary>
internal static class RolloutBench
{
    /// <param name="quick">Fewer repetitions; ends within a minute.</param>
    /// <param name="progress">Told what is going on.</param>
    /// <param name="stop">Ends the measurement.</param>
    public static async IAsyncEnumerable<Figure> Run(bool quick, Action<string> progress, [EnumeratorCancellation] CancellationToken stop)
    {
        progress("start-up of whole processes");
        foreach (var figure in await StartUp.Measure(rounds: quick ? 15 : 40, stop))
            yield return figure;
        progress("memory when idle, and a rollout's own time");
        foreach (var figure in await OwnTime.Measure(runs: quick ? 3 : 20, stop))
            yield return figure;
        progress("an always-failing candidate at 10 %");
        yield return await FailingCandidate.Measure(runs: quick ? 3 : 50, progress, stop);
        progress("death of the control plane under load");
        foreach (var figure in await DeadControlPlane.Measure(kills: quick ? 2 : 10, stop))
            yield return figure;
        progress("switches under load");
        foreach (var figure in await Switches.Measure(switches: quick ? 5 : 100, requestsMin: quick ? 15_000 : 1_000_000, progress, stop))
            yield return figure;
        if (quick)
            yield break;
        progress("the demo, from a fresh copy of the repository and again");
        foreach (var figure in await Demo.Measure(stop))
            yield return figure;
    }
}
