using System.Globalization;
using Slipway.Releases.Evidence;
using Slipway.Simulation;

namespace Slipway.Bench.Gates;

/// <summary>Releases that are as good as stable, in all weathers: how many are undone for nothing.</summary>
internal static class GoodReleases
{
    private const double Risk = 0.025;

    public static async IAsyncEnumerable<Figure> Measure(int runs, Action<string> progress, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        var outcomes = await ManyRuns.Play(runs, Case, progress, stop);
        var undone = outcomes.Count(one => one.Undone is not null);
        foreach (var one in outcomes.Select((outcome, seed) => (outcome, seed)).Where(one => one.outcome.Undone is not null))
            progress($"  undone: seed {one.seed}, {Weathers[one.seed % Weathers.Length].Name}: {one.outcome.Why}");
        var (low, high) = (100 * Binomial.LowerBound(undone, runs, Risk), 100 * Binomial.UpperBound(undone, runs, Risk));
        yield return Figure.AtMost($"good releases undone, of {runs:N0} simulated", 100.0 * undone / runs, "%", 0.1,
            string.Create(CultureInfo.InvariantCulture, $"{undone} of {runs}; 95 % confidence (Clopper-Pearson) {low:0.####} to {high:0.####} %"));
        for (var kind = 0; kind < Weathers.Length; kind++)
        {
            var mine = outcomes.Where((_, seed) => seed % Weathers.Length == kind).ToList();
            progress(string.Create(CultureInfo.InvariantCulture,
                $"  {Weathers[kind].Name}: {mine.Count(one => one.Undone is not null)} of {mine.Count} undone, {100.0 * mine.Count(one => one.Withdrawn > 0) / mine.Count:0.#} % stepped back, {mine.Count(one => one.Promoted)} promoted"));
        }
        yield return Figure.AtMost("of them stepped back at least once, for nothing", 100.0 * outcomes.Count(one => one.Withdrawn > 0) / runs, "%", 45,
            "caution 21 % for each of three steps; costs 30 s and a new bake, no user");
    }

    private static readonly (string Name, Func<int, SimulatedCase> Case)[] Weathers =
    [
        ("little traffic", seed => Usual(seed, 2)),
        ("50 requests/s", seed => Usual(seed, 50)),
        ("bursts of traffic", seed => Usual(seed, 20) with { Rate = random => time => (int)(time.TotalSeconds / 7) % 3 == 0 ? 150 : 5 }),
        ("bursts of errors that both share", seed => Usual(seed, 50) with { Weather = Bursts(seed) }),
        ("heavy tails", seed => Usual(seed, 50) with { Usual = new() { ErrorRatio = 0.001, Latency = TimeSpan.FromMilliseconds(40), Shape = new(1, TailShare: 0.05) } }),
        ("slow warm-up", seed => Usual(seed, 50) with
        {
            Usual = new() { ErrorRatio = 0.001, Latency = TimeSpan.FromMilliseconds(40), Shape = new(0.6, 0.01, WarmUpFactor: 4, TimeSpan.FromSeconds(15)) },
        }),
        ("200 requests/s", seed => Usual(seed, 200)),
    ];

    private static SimulatedCase Case(int seed) => Weathers[seed % Weathers.Length].Case(seed);

    private static SimulatedCase Usual(int seed, double rate) => new()
    {
        Seed = seed,
        Rate = _ => _ => rate,
        Moment = TimeSpan.FromMilliseconds(200),
        Usual = new() { ErrorRatio = 0.001, Latency = TimeSpan.FromMilliseconds(40), Shape = new(0.6, 0.01) },
    };

    // A second or two in which every tenth request fails, whoever answers it; about every half minute.
    private static Action<World, TimeSpan> Bursts(int seed)
    {
        var random = new Random(seed + 1);
        var (until, before) = (TimeSpan.MinValue, TimeSpan.MinValue);
        return (world, time) =>
        {
            var passed = before == TimeSpan.MinValue ? 0 : (time - before).TotalSeconds % 60;
            before = time;
            if (random.NextDouble() < passed / 30)
                until = time + TimeSpan.FromSeconds(1 + random.NextDouble());
            world.Shared = time < until ? world.Behaviours["1"] with { ErrorRatio = 0.1 } : null;
        };
    }
}
