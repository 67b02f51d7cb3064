using System.Diagnostics;
using System.Text;
using Slipway.Cli.Invoking;
using Slipway.Cli.Load;
using Slipway.Core.Manifests;

namespace Slipway.Cli.Demonstration;

/// <summary>The guided first run: a first release, a good one, a bad one, under live traffic.</summary>
internal sealed class Demo(DemoStage stage, DemoPrinter printer)
{
    private static readonly TimeSpan s_afterwards = TimeSpan.FromSeconds(1);
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly List<DemoAct> _acts = [];
    private readonly List<DemoFigure> _figures = [];

    /// <summary>Plays it; returns the exit code.</summary>
    public async Task<int> Run(CancellationToken cancel)
    {
        printer.Say($"The demo's own folder is {stage.Folder}; your files stay as they are.");
        await stage.Start(cancel);
        printer.Say("The control plane runs.");

        printer.Say("Act 1: the first release. It is built now, which takes a while.");
        var first = await DemoRollout.Run(stage, "1.0.0", Variables("none"), printer, cancel);
        _acts.Add(Act("first release", "promoted", "1.0.0", first, null));
        if (!first.Promoted)
            return Finish();

        await GoodRelease(cancel);
        await BadRelease(cancel);
        return Finish();
    }

    private async Task GoodRelease(CancellationToken cancel)
    {
        printer.Say("Act 2: a good release by canary, under live traffic.");
        var (rollout, report) = await UnderTraffic("1.1.0", "none", cancel);
        var act = Act("good release", "promoted", "1.1.0", rollout, report);
        // Nothing excuses a bad answer here, the candidate's own errors included.
        _acts.Add(act with { Lost = report.Bad, CandidateErrors = 0 });
        _figures.Add(DemoFigure.Exactly("requests lost, good release", report.Bad, "requests", 0));
        _figures.Add(DemoFigure.AtMost("rollout's own time beyond builds, starts, proofs, bakes and verdicts", act.OwnSeconds * 1000, "ms", 300));
        Explain(report);
    }

    private async Task BadRelease(CancellationToken cancel)
    {
        printer.Say("Act 3: a bad release under live traffic. It passes its checks, then every answer is an error.");
        var (rollout, report) = await UnderTraffic("1.2.0", "errors:1:20", cancel);
        var act = Act("bad release", "rolled-back", "1.2.0", rollout, report);
        _acts.Add(act);
        var own = act.Release is { } release ? report.ByRelease.GetValueOrDefault(release) : null;
        double? lasted = own is { FirstBadAt: { } firstBad, LastBadAt: { } lastBad } ? (lastBad - firstBad).TotalMilliseconds : null;
        _figures.Add(DemoFigure.Exactly("bad release undone", act.Outcome == "rolled-back" ? 1 : 0, "times", 1));
        if (lasted is { } milliseconds)
            _figures.Add(DemoFigure.AtMost("first to last bad answer, bad release", milliseconds, "ms", 1000));
        _figures.Add(DemoFigure.Exactly("requests lost beside its own errors, bad release", act.Lost, "requests", 0));
        if (rollout.View.Failure is not null)
        {
            foreach (var line in Following.RolloutWords.Ending(rollout.View))
                printer.Detail(line);
        }
    }

    private async Task<(DemoRollout Rollout, LoadReport Report)> UnderTraffic(string version, string fault, CancellationToken cancel)
    {
        await using var traffic = await DemoTraffic.Start(stage, cancel);
        var rollout = await DemoRollout.Run(stage, version, Variables(fault), printer, cancel);
        await Task.Delay(s_afterwards, cancel);
        return (rollout, await traffic.Stop());
    }

    /// <summary>The setting that says what goes wrong.</summary>
    private Dictionary<string, string> Variables(string fault) => new()
    {
        ["COURIER__FAULT"] = fault,
    };

    private DemoAct Act(string name, string expected, string version, DemoRollout rollout, LoadReport? report)
    {
        var (build, start) = (rollout.In("building"), rollout.In("starting", "proving", "handing-over"));
        var bake = rollout.In("baking");
        if (rollout.Promoted && BakesAsked() is { } asked && asked < bake)
            bake = asked;
        // What has had too little traffic to be judged takes the time that the requests take.
        bake += rollout.In(DemoRollout.Deciding);
        stage.Note(rollout.View.Candidate);
        var release = rollout.View.Candidate?.Id.ToString();
        var candidateErrors = release is null ? 0 : report?.ByRelease.GetValueOrDefault(release)?.ServerErrors ?? 0;
        return new(
            name,
            release,
            version,
            rollout.Promoted ? "promoted" : rollout.View.Outcome ?? rollout.View.Phase,
            expected,
            rollout.Took.TotalSeconds,
            build.TotalSeconds,
            start.TotalSeconds,
            bake.TotalSeconds,
            (rollout.Took - build - start - bake).TotalSeconds,
            rollout.PhaseTimes.ToDictionary(pair => pair.Key, pair => Math.Round(pair.Value.TotalSeconds, 3)),
            report?.Total.Ended ?? 0,
            candidateErrors,
            (report?.Bad ?? 0) - candidateErrors,
            report?.Latency.P99,
            rollout.View.Failure?.Reason);
    }

    /// <summary>The bakes that the manifest asks for on the way to all traffic.</summary>
    private TimeSpan? BakesAsked()
    {
        var application = ManifestReader.Read(stage.Manifest, File.ReadAllText(stage.Manifest, Encoding.UTF8), [])
            ?.Resolve(stage.Environment, Variables("none"), []);
        if (application is null)
            return null;
        var sum = TimeSpan.Zero;
        foreach (var step in application.Rollout.Steps)
            sum += step.Bake;
        return sum;
    }

    private void Explain(LoadReport report)
    {
        foreach (var failure in report.Failures.Take(5))
            printer.Detail($"lost: {failure.At:HH:mm:ss.fff} {failure.Request} {failure.Outcome} {failure.Status} {failure.Detail} of {failure.Release ?? "an unknown release"}");
    }

    private int Finish()
    {
        var built = _acts[0].BuildSeconds > 10;
        _figures.Add(DemoFigure.AtMost(built ? "demo, builds included" : "demo", Stopwatch.GetElapsedTime(_started).TotalSeconds, "s", built ? 240 : 90));
        printer.Results(_acts, _figures);
        foreach (var act in _acts)
        {
            if (act.Outcome != act.Expected)
                printer.Say($"The {act.Act} had to end {act.Expected}, but ended {act.Outcome}: {act.Reason ?? "no reason was recorded."}");
        }
        return _acts.TrueForAll(act => act.Outcome == act.Expected) && _figures.TrueForAll(figure => figure.Ok) ? ExitCodes.Done : ExitCodes.No;
    }
}
