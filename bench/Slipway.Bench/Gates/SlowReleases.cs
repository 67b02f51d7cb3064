using System.Globalization;
using Slipway.Simulation;

namespace Slipway.Bench.Gates;

/// <summary>A candidate that is twice as slow as stable, at 20 requests a second of its own: how often it is known within a minute.</summary>
internal static class SlowReleases
{
    private const double TotalPerSecond = 200;
    private static readonly TimeSpan Reach = TimeSpan.FromSeconds(60);
    private static readonly LatencyShape[] Shapes = [new(0.4), new(0.6, 0.01), new(0.8, 0.01)];

    public static async Task<Figure> Measure(int runs, Action<string> progress, CancellationToken stop)
    {
        var outcomes = await ManyRuns.Play(runs, Case, progress, stop);
        var samples = new Samples("gates-slow");
        foreach (var one in outcomes)
            samples.Add((one.Undone ?? TimeSpan.FromHours(1)).TotalSeconds);
        samples.Save();
        return Figure.AtLeast($"latency twice stable's at 20 requests/s, undone within 60 s, of {runs} simulated", 100.0 * outcomes.Count(one => one.Undone < Reach) / runs, "% of runs", 99,
            string.Create(CultureInfo.InvariantCulture, $"median {samples.Median:0} s, p99 {samples.Quantile(0.99):0} s; lognormal of sigma 0.4, 0.6 and 0.8, tails of index 1.5"));
    }

    // It turns slow half a minute into the bake, when it has long warmed up.
    private static SimulatedCase Case(int seed)
    {
        // Without errors, so that nobody steps back for them while it is slow.
        var usual = SimulatedCase.Steady with { ErrorRatio = 0, Shape = Shapes[seed % Shapes.Length] };
        return new()
        {
            Seed = seed + 300_000,
            Rate = _ => _ => TotalPerSecond,
            Usual = usual,
            Plan = SimulatedCase.Canary(180, 10, 100),
            Moment = TimeSpan.FromMilliseconds(200),
            Fault = (TimeSpan.FromSeconds(30 + (10 * new Random(seed).NextDouble())), world => world.Behaviours["2"] = usual with { Latency = usual.Latency * 2 }),
        };
    }
}
