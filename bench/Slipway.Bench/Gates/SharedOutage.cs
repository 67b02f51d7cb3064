namespace Slipway.Bench.Gates;

/// <summary>Outages that stable shares: nobody may be undone for them.</summary>
internal static class SharedOutage
{
    public static async Task<Figure> Measure(int runs, Action<string> progress, CancellationToken stop)
    {
        var outcomes = await ManyRuns.Play(runs, Case, progress, stop);
        foreach (var one in outcomes.Select((outcome, seed) => (outcome, seed)).Where(one => one.outcome.Undone is not null))
            progress($"  undone: seed {one.seed}: {one.outcome.Why}");
        return Figure.Exactly($"rollbacks in {runs} outages that stable shares", outcomes.Count(one => one.Undone is not null), "rollbacks", 0,
            $"{outcomes.Count(one => one.Promoted)} promoted once both had recovered, {outcomes.Count(one => one.Held)} held meanwhile; smoke checks fail as often as requests");
    }

    // From a twentieth of the requests to all of them, for 3 to 60 s; a smoke check is a request like any other.
    private static SimulatedCase Case(int seed)
    {
        var random = new Random(seed);
        var from = TimeSpan.FromSeconds(90 * random.NextDouble());
        var until = from + TimeSpan.FromSeconds(3 + (57 * random.NextDouble()));
        var ratio = seed % 3 == 0 ? 1 : 0.05 + (0.95 * random.NextDouble());
        return new()
        {
            Seed = seed + 200_000,
            Rate = _ => _ => 10 + (seed % 5 * 40),
            Plan = SimulatedCase.Canary(60, 10, 50, 100),
            Weather = (world, time) => world.Shared = time >= from && time < until ? world.Behaviours["1"] with { ErrorRatio = ratio, SmokeFails = random.NextDouble() < ratio } : null,
        };
    }
}
