using Slipway.Simulation.Scripts;

namespace Slipway.Bench.Simulated;

/// <summary>Plays seeds by hand: many in search of one that fails, or one again, which is then made as small as it will go.</summary>
internal static class Replay
{
    /// <summary>Plays other seeds than the measurement does.</summary>
    /// <returns>The exit code: 0 when every invariant holds in all of them, 1 when not.</returns>
    public static async Task<int> Seeds(int from, int count)
    {
        var figures = await SceneFigures.Measure(count, from, Console.Error.WriteLine, CancellationToken.None);
        Console.WriteLine(figures[0]);
        return figures[0].Ok ? 0 : 1;
    }

    /// <summary>Plays a seed.</summary>
    /// <returns>The exit code: 0 when every invariant holds, 1 when not.</returns>
    public static async Task<int> Run(int seed)
    {
        var script = ScriptDraw.Of(seed);
        var played = await ScriptPlay.Of(script);
        Console.WriteLine(played.Tale());
        if (played.Wrong.IsEmpty)
        {
            Console.WriteLine($"Seed {seed} holds. The journal ends with {played.Journal}.");
            return 0;
        }
        Console.WriteLine($"Seed {seed} FAILS: {string.Join(" | ", played.Wrong)}");
        var shrinking = new Shrinking(async smaller => (await ScriptPlay.Of(smaller)).Wrong is [var first, ..] ? first.Kind : null);
        var smallest = await shrinking.Smallest(script);
        var again = await ScriptPlay.Of(smallest);
        Console.WriteLine($"From size {script.Size} to {smallest.Size} in {shrinking.Played} plays: {again.Wrong[0]}");
        Console.WriteLine(again.Tale());
        Console.WriteLine(ScriptText.ToTest(smallest));
        return 1;
    }
}
