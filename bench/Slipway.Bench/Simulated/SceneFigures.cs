using System.Collections.Concurrent;
using System.Diagnostics;
using Slipway.Simulation.Invariants;
using Slipway.Simulation.Scripts;

namespace Slipway.Bench.Simulated;

/// <summary>Plays random scripts, each seed once, on all processors, and counts those in which an invariant did not hold.</summary>
internal static class SceneFigures
{
    /// <summary>Whatever is wrong in any of the scenes.</summary>
    public static async Task<IReadOnlyList<Figure>> Measure(int seeds, int from, Action<string> progress, CancellationToken stop)
    {
        var began = Stopwatch.GetTimestamp();
        var played = await Play(seeds, from, progress, stop);
        var rate = seeds / Stopwatch.GetElapsedTime(began).TotalSeconds;
        progress($"  {seeds} scenes with {played.Sum(one => one.Lives)} control planes, {played.Sum(one => one.Refused)} late effects of dead ones refused, {rate:0} scenes/s");
        return [Figure.Exactly($"{seeds} simulated seeds: scenes that broke an invariant", played.Count(one => !one.Wrong.IsEmpty), "", 0)];
    }

    /// <summary>Scenes in which the exit code, the status or the audit log said something else than the observer saw, or in which anything else was wrong.</summary>
    public static async Task<Figure> Observed(int scenes, int from, Action<string> progress, CancellationToken stop)
    {
        var played = await Play(scenes, from, progress, stop);
        progress($"  {scenes} scenes, {played.Sum(one => one.Compared)} exit codes compared");
        return Figure.Exactly($"{scenes} random scenarios: observer disagrees", played.Count(one => !one.Wrong.IsEmpty), "", 0,
            $"of them in exit code, status or audit {played.Count(one => one.Wrong.Any(wrong => wrong.Rule == nameof(ObserverAgrees)))}, in another invariant the rest");
    }

    private static async Task<IReadOnlyCollection<Played>> Play(int scenes, int from, Action<string> progress, CancellationToken stop)
    {
        var all = new ConcurrentBag<Played>();
        await Parallel.ForEachAsync(Enumerable.Range(from, scenes), stop, async (seed, _) =>
        {
            var played = await ScriptPlay.Of(ScriptDraw.Of(seed));
            all.Add(played with { Tale = () => "" });
            if (all.Count % 5000 == 0)
                progress($"  {all.Count} scenes");
            if (!played.Wrong.IsEmpty)
                progress($"  SEED {seed} FAILS: {string.Join(" | ", played.Wrong)}{Environment.NewLine}  play it again and make it small: {Script.Replay(seed)}");
        });
        return all;
    }
}
