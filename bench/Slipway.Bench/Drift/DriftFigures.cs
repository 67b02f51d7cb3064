using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Slipway.Bench.Drift;

/// <summary>Changes made from outside, each by itself, and whether a look finds it, soon enough and called by its name; and looks at what nobody changed.</summary>
internal static class DriftFigures
{
    private const string Manifest = $$"""
        app: bench
        services:
          web:
            inputs: [source]
            build: sh -c "cp -r $FIXTURE/. ${OUT} && cp source/note.txt ${OUT}"
            run: ./slipway-fixture
            port: 8080
            health: { path: /health, period: 500ms }
            ready: { path: /ready, period: 500ms }
            route: { path: /, hold: 5s }
            replicas: 2
            resources: { memory: 256Mi, cpu: 0.5 }
            stop: 5s
          worker:
            inputs: [source]
            build: cp -r $FIXTURE/. ${OUT}
            run: ./slipway-fixture
            replicas: 1
            stop: 5s
        settings:
          PLAIN: { type: string }
          DB_SECRET: { secret: true, store: home, services: [web] }
        rollout: { strategy: blue-green, bake: 0s }
        gates: { inconclusive: { after: 0s, then: proceed } }
        guard: 0s
        environments: { bench: { settings: { PLAIN: plain-value } } }
        """;

    /// <summary>These figures alone; <c>bench settings</c> prints them too.</summary>
    public static async IAsyncEnumerable<Figure> Run(bool quick, Action<string> progress, [EnumeratorCancellation] CancellationToken stop)
    {
        foreach (var figure in await Measure(quick, progress, stop))
            yield return figure;
    }

    /// <param name="quick">Every fourth change, fewer looks.</param>
    /// <param name="progress">Told what is going on.</param>
    /// <param name="stop">Ends the measurement.</param>
    public static async Task<IReadOnlyList<Figure>> Measure(bool quick, Action<string> progress, CancellationToken stop)
    {
        await using var stack = await Stack.Start(Manifest.Replace("$FIXTURE", Path.GetDirectoryName(Repository.Fixture)), stop);
        var stage = new DriftStage(stack);
        Directory.CreateDirectory(Path.Combine(stack.Folder, "source"));
        await File.WriteAllTextAsync(Path.Combine(stack.Folder, "source", "note.txt"), "note", stop);
        await stage.Slipway("a-secret-value", "secrets", "set", "DB_SECRET", "-e", "bench");
        await stage.Slipway(null, "deploy", "bench");
        List<OutsideChange> changes =
        [
            .. ProcessChanges.Variables(), .. ProcessChanges.Files(), .. ProcessChanges.Instances(), .. ProcessChanges.Limits(),
            .. OtherChanges.Routes(), .. OtherChanges.Secrets(), .. OtherChanges.Declared(),
        ];
        if (quick)
            changes = [.. changes.Where((_, index) => index % 4 == 0)];
        var (found, left, slowest) = (0, 0, 0.0);
        foreach (var change in changes)
        {
            var (isFound, isLeft, took) = await Try(stage, change, progress, stop);
            found += isFound ? 1 : 0;
            left += isLeft ? 1 : 0;
            slowest = Math.Max(slowest, took);
        }
        var (looks, alarms) = await Quiet(stage, rounds: quick ? 4 : 25, progress);
        return
        [
            Figure.Exactly("outside changes found and called by their name", found, "changes", changes.Count),
            Figure.AtLeast("kinds of outside change that were made", changes.Count, "changes", quick ? 12 : 30),
            Figure.AtMost("the slowest look, from the command to its answer", slowest, "ms", 5000),
            Figure.Exactly("changes that --fix, or taking them back, left behind", left, "changes", 0),
            Figure.Exactly($"false alarms in {looks} looks over rollouts, rollbacks, restarts and deaths", alarms, "findings", 0),
        ];
    }

    private static async Task<(bool Found, bool Left, double Milliseconds)> Try(DriftStage stage, OutsideChange change, Action<string> progress, CancellationToken stop)
    {
        string[] how = change.Unreleased ? [] : ["--running"];
        await change.Change(stage);
        // A process that becomes another one, or is started, needs a moment before there is anything to see.
        await Task.Delay(TimeSpan.FromSeconds(1), stop);
        var (view, took) = await stage.Look(how);
        var findings = view.GetProperty(change.Unreleased ? "unreleased" : "changed").EnumerateArray().ToList();
        var found = findings.Exists(one => one.GetProperty("aspect").GetString() == change.Aspect && one.GetProperty("subject").GetString()!.Contains(change.Subject, StringComparison.Ordinal));
        if (change.Undo is { } undo)
            await undo(stage);
        var left = view;
        for (var tries = 0; tries < 10; tries++)
        {
            // Once is enough to ask for it; what comes after is only patience with what starts slowly.
            (left, _) = await stage.Look(change.Undo is null && tries == 0 ? [.. how, "--fix"] : how);
            if (Count(left) == 0)
                break;
            await Task.Delay(TimeSpan.FromMilliseconds(500), stop);
        }
        progress($"  {(found ? "found" : "MISSED")} in {took:0} ms: {change.What}{(found ? "" : $" {view}")}{(Count(left) == 0 ? "" : $"; STILL THERE: {left}")}");
        return (found, Count(left) > 0, took);
    }

    /// <summary>Looks while everything that is ours to do goes on: none of it is drift.</summary>
    private static async Task<(int Looks, int Alarms)> Quiet(DriftStage stage, int rounds, Action<string> progress)
    {
        var (looks, alarms) = (0, 0);
        for (var round = 0; round < rounds; round++)
        {
            var going = round switch
            {
                _ when round % 5 == 0 => stage.Slipway(null, "deploy", "bench", "--version", $"{round + 2}"),
                _ when round % 5 == 2 => stage.Slipway(null, "rollback", "bench"),
                _ when round % 5 == 3 => Restarted(stage),
                _ => Task.CompletedTask,
            };
            // Nobody answers while it is away; what the next one sees first is what matters.
            if (round % 5 == 4)
                await Killed(stage);
            do
            {
                var (view, _) = await stage.Look("--running");
                looks++;
                alarms += Count(view);
                if (Count(view) > 0)
                    progress($"  FALSE ALARM in round {round}: {view}");
            }
            while (!going.IsCompleted);
            await going;
        }
        return (looks, alarms);
    }

    private static async Task Restarted(DriftStage stage) => DriftStage.Signal("KILL", await stage.Process("web"));

    private static async Task Killed(DriftStage stage)
    {
        await stage.Stack.KillControlPlane();
        await stage.Stack.StartControlPlane();
    }

    private static int Count(JsonElement view) => view.GetProperty("changed").GetArrayLength() + view.GetProperty("unreleased").GetArrayLength();
}
