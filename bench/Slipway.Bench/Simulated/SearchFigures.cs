using System.Diagnostics;
using Slipway.Core.Manifests;
using Slipway.Simulation.Exhaustion;

namespace Slipway.Bench.Simulated;

/// <summary>Every interleaving of a small model, as deep as the time allows.</summary>
internal static class SearchFigures
{
    public static async Task<IReadOnlyList<Figure>> Measure(bool quick, Action<string> progress, CancellationToken stop)
    {
        var figures = new List<Figure>();
        foreach (var strategy in (Strategy[])[Strategy.Canary, Strategy.BlueGreen, Strategy.Recreate])
        {
            var began = Stopwatch.GetTimestamp();
            var searched = await new ExhaustiveSearch(strategy, killsMax: 2).Run(quick ? 4 : 7, stop);
            foreach (var fault in searched.Faults.Take(3))
                progress($"  FAULT: {fault}");
            progress($"  {strategy}: depth {searched.Depth}, {searched.States} states, {searched.Transitions} choices tried, {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s");
            figures.Add(Figure.Exactly($"every interleaving to depth {searched.Depth}, {strategy}: faults in {searched.States} states", searched.Faults.Length, "", 0));
        }
        return figures;
    }
}
