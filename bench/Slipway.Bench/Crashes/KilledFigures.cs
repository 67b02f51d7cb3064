using System.Diagnostics;
using Slipway.Bench.Crashes.Doomed;
using Slipway.Cli.Load;

namespace Slipway.Bench.Crashes;

/// <summary>
/// SIGKILL before and after every journal write and every effect of rollouts by three strategies, and in the middle of effects, under
/// traffic. Who dies is the control plane with its fate put around its ports; who takes over is the program as it is shipped.
/// </summary>
internal sealed class KilledFigures(CrashStage stage, Action<string> progress)
{
    private static readonly string[] s_strategies = ["Rolling", "BlueGreen", "Canary"];
    private static readonly int[] s_delays = [0, 300, 2000, 800, 8000];
    private static readonly TimeSpan s_whole = TimeSpan.FromSeconds(5);
    private readonly Samples _took = new("crash-whole");
    private readonly Dictionary<string, int> _wrong = new() { ["whole"] = 0, ["orphan"] = 0, ["double"] = 0, ["capacity"] = 0, ["lease"] = 0, ["end"] = 0 };
    private readonly HashSet<string> _places = [];
    private Process _leader = stage.Launch();
    private int _version;

    /// <param name="points">How many kills.</param>
    /// <param name="progress">Told of each.</param>
    /// <param name="stop">Ends the measurement.</param>
    public static async Task<IReadOnlyList<Figure>> Measure(int points, Action<string> progress, CancellationToken stop)
    {
        await using var stage = new CrashStage(stop);
        var figures = new KilledFigures(stage, progress);
        await stage.Until(async () => await stage.Leader() is not null, "it answers");
        await stage.Deploy("BlueGreen", figures._version++);
        await stage.Until(stage.IsAtRest, "the first release is live");
        await using var traffic = Traffic.Mixed(new((await stage.Status())!.Value.GetProperty("address").GetString()!), 100, stop);
        var places = new List<(string Strategy, string Place)>();
        foreach (var strategy in s_strategies)
            places.AddRange(await figures.Rehearse(strategy));
        progress($"  {places.Count} places before and after writes and effects of one rollout by each strategy, {places.Select(Kind).Distinct().Count()} kinds");
        var chosen = Spread(places, points * 5 / 6);
        var kills = await figures.Exact(chosen);
        kills += await figures.Amid(points - chosen.Count);
        var report = await traffic.End();
        return figures.Told(points, kills, places, report);
    }

    private IReadOnlyList<Figure> Told(int points, int kills, List<(string Strategy, string Place)> places, LoadReport report)
    {
        _took.Save();
        var kinds = places.Select(Kind).Distinct().Count(_places.Contains);
        return
        [
            Figure.AtLeast("kills before, amid and after writes and effects, three strategies", kills, "kills", points, $"{kinds} of {places.Select(Kind).Distinct().Count()} kinds of place met; {places.Count} places in all"),
            Figure.Exactly("kills after which it was not wholly old or new in 5 s", _wrong["whole"], "kills", 0, $"median {_took.Median:0} ms, slowest {_took.Max:0} ms"),
            Figure.Exactly("kills after which the rollout did not end by itself", _wrong["end"], "kills", 0),
            Figure.Exactly("processes of ours that no record knows", _wrong["orphan"], "orphans", 0),
            Figure.Exactly("instances or gateways that run twice", _wrong["double"], "doubles", 0),
            Figure.Exactly("kills after which there were too few or too many instances", _wrong["capacity"], "kills", 0),
            Figure.Exactly("leases that kept the next one from leading", _wrong["lease"], "leases", 0),
            Figure.Exactly($"requests lost over these kills, of {report.Total.Ended}", report.Bad, "requests", 0),
        ];
    }

    // A rollout that nobody dies in, to learn the places.
    private async Task<IEnumerable<(string Strategy, string Place)>> Rehearse(string strategy)
    {
        await HandOver();
        Fate.Write(stage.Home, "");
        await stage.Deploy(strategy, _version++);
        await stage.Until(stage.IsAtRest, $"a rollout by {strategy} ends");
        return Fate.PassedOf(stage.Home).Select(place => (strategy, place)).ToList();
    }

    private async Task<int> Exact(IReadOnlyList<(string Strategy, string Place)> places)
    {
        var kills = 0;
        foreach (var (strategy, place) in places)
        {
            await HandOver();
            Fate.Write(stage.Home, place);
            // The k-th of a kind is sometimes one more than a rollout has this time; then it comes with the next.
            for (var rollout = 0; rollout < 2 && Fate.DeathOf(stage.Home) is null; rollout++)
            {
                await stage.Deploy(strategy, _version++);
                await stage.Within(TimeSpan.FromSeconds(30), async () => _leader.HasExited || (Fate.DeathOf(stage.Home) is null && await stage.IsAtRest()));
            }
            if (Fate.DeathOf(stage.Home) is { } death)
                await Succeed(++kills, strategy, death);
            else
                progress($"  never came: {strategy}, {place}");
        }
        return kills;
    }

    // The N-th write that the kernel tells of, and a moment more: in the middle of what takes a while, such as starting instances.
    private async Task<int> Amid(int kills)
    {
        var (number, delay) = (2, 0);
        for (var kill = 0; kill < kills;)
        {
            await HandOver();
            var strategy = s_strategies[_version % s_strategies.Length];
            using var point = new KillPoint(stage.Home, _leader, number, s_delays[delay % s_delays.Length]);
            await stage.Deploy(strategy, _version++);
            await stage.Within(TimeSpan.FromSeconds(30), async () => _leader.HasExited || (point.KilledAt is null && await stage.IsAtRest()));
            (number, delay) = (number + 7, delay + 1);
            if (_leader.HasExited)
                await Succeed(++kill, strategy, $"amid {point.KilledAt}");
            else
                number = 2 + (number % 7);
        }
        return kills;
    }

    // One that may die leads from now on, in peace.
    private async Task HandOver()
    {
        Fate.Forget(stage.Home);
        PausedFigures.Signal(_leader, "TERM");
        await stage.Until(() => Task.FromResult(_leader.HasExited), "a control plane ends when it is asked to");
        _leader = stage.LaunchDoomed();
        await stage.Until(async () => await stage.Leader() == _leader.Id && await stage.IsAtRest(), "the next one leads");
    }

    private async Task Succeed(int kill, string strategy, string place)
    {
        await stage.Until(() => Task.FromResult(_leader.HasExited), "the killed one is dead");
        var since = Stopwatch.GetTimestamp();
        _leader = stage.Launch();
        var whole = await stage.Within(s_whole, stage.IsWhole);
        var took = Stopwatch.GetElapsedTime(since);
        // A look that began in time may have ended late.
        whole &= took <= s_whole;
        _took.Add(took.TotalMilliseconds);
        var leads = await stage.Leader() == _leader.Id;
        var ended = await stage.Within(TimeSpan.FromSeconds(60), stage.IsAtRest);
        string? left = null;
        // A process that was just told to end may still be seen for a moment.
        await stage.Within(TimeSpan.FromSeconds(5), () => Task.FromResult((left = Witness.Wrong(stage.Home, CrashStage.Replicas)) is null));
        Count("whole", !whole);
        Count("lease", !leads);
        Count("end", !ended);
        Count(left?.Split(':')[0] ?? "capacity", left is not null);
        _places.Add(Kind((strategy, place)));
        if (!whole || !leads || !ended || left is not null || kill % 10 == 0)
            progress($"  kill {kill}: {strategy}, {place}: whole {whole} in {took.TotalMilliseconds:0} ms, leads {leads}, ended {ended}, {left ?? "nothing left behind"}");
    }

    private void Count(string what, bool isWrong) => _wrong[what] += isWrong ? 1 : 0;

    // Which of the many of its kind is the last word.
    private static string Kind((string Strategy, string Place) one) => $"{one.Strategy} {one.Place[..one.Place.LastIndexOf(' ')]}";

    // One of each kind, and then as many more as there may be, evenly.
    private static List<(string Strategy, string Place)> Spread(List<(string Strategy, string Place)> places, int count)
    {
        var first = places.DistinctBy(Kind).ToList();
        var rest = places.Except(first).ToList();
        var more = Math.Clamp(count - first.Count, 0, rest.Count);
        var even = Enumerable.Range(0, more).Select(i => rest[(int)((long)i * rest.Count / more)]);
        return first.Count <= count ? [.. first, .. even] : [.. Enumerable.Range(0, count).Select(i => first[(int)((long)i * first.Count / count)])];
    }
}
