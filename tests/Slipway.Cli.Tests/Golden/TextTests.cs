using System.Text;
using Slipway.Cli.Demonstration;
using Slipway.Cli.Following;
using Slipway.Cli.Output;
using Slipway.Cli.Tests.Following;
using Slipway.Cli.Verbs;
using Slipway.Core.Api;
using Slipway.Core.Manifests;

namespace Slipway.Cli.Tests.Golden;

public sealed class TextTests
{
    [Fact]
    public void Status_shows_releases_instances_and_shares()
    {
        var view = new EnvironmentView
        {
            Application = Views.Name<ApplicationName>("shop"),
            Environment = Views.Name<EnvironmentName>("ci"),
            State = "rolling-out",
            Address = new("http://127.0.0.1:8080/"),
            Live = Views.Release("aaaaaaaaaaaa", "1.0.0"),
            Rollout = Views.Rollout("baking", 10) with { PhaseEndsAt = Views.At.AddSeconds(12) },
            Queue = [Views.Rollout("queued")],
            Instances =
            [
                Views.Instance("worker", "aaaaaaaaaaaa", 1, "not-ready", null),
                Views.Instance("api", "bbbbbbbbbbbb", 1, "ready", 10),
                Views.Instance("api", "aaaaaaaaaaaa", 1, "ready", 45),
                Views.Instance("api", "aaaaaaaaaaaa", 2, "ready", 45),
            ],
            Rotations = [RotationWordsTests.View("overlapping") with { OverlapUntil = Views.At.AddHours(1) }],
            Troubles = ["worker: 0 of 1 instances are ready."],
            Alarms = [new("approval", Views.Rollout("waiting").Id, Views.At, "ci-7: Waiting for approval to give 50 % to the candidate.", "Approve it with slipway approve ci, or end it with slipway abort ci.")],
        };
        Goldens.ShouldBe("status.txt", Text([.. StatusVerb.Heading(view, Views.At), .. StatusVerb.Instances(view, Views.At).Lines()]));
    }

    [Fact]
    public void History_shows_how_each_rollout_ended()
    {
        var undone = Views.Rollout("done", 0, "rolled-back") with { Failure = new("3 server errors in a row of api.", "consecutive", null, [], "Look.") };
        Goldens.ShouldBe("history.txt", Text(HistoryVerb.Table([Views.Rollout("guarding", 100), undone, Views.Rollout("done", 100, "promoted") with { Candidate = null }]).Lines()));
    }

    [Fact]
    public void Show_tells_all_of_a_rollout_and_of_a_release()
        => Goldens.ShouldBe("show.txt", Text(
        [
            .. ShowVerb.Lines(Views.Rollout("baking", 50) with { Gates = [new("errors", Views.Name<ServiceName>("api"), "inconclusive", "7 requests, 50 needed")], Milestones = [new(Views.At, "Began.")] }, Views.At),
            "",
            .. ShowVerb.Lines(Views.Release("aaaaaaaaaaaa", "1.0.0")),
        ]));

    [Fact]
    public void Drift_shows_what_differs_and_who_declared_it()
        => Goldens.ShouldBe("drift.txt", Text(DriftVerb.Table(
        [
            new() { Aspect = "limits", Instance = Views.Instance("api", "aaaaaaaaaaaa", 1, "ready", 45).Id, Subject = "memory limit", Declared = "256 MiB", Running = "1024 MiB", Remedy = "Bring it back.", DeclaredBy = "ada", DeclaredAt = Views.At, DeclaredIn = "ci-3" },
            new() { Aspect = "secrets", Service = Views.Name<ServiceName>("worker"), Subject = "API__KEY", Declared = "secret://home/ci/API__KEY#2", Running = "another value", Remedy = "Bring it back." },
        ]).Lines()));

    [Fact]
    public void A_change_is_one_line_and_nothing_is_said_twice()
    {
        var lines = new RolloutLines();
        var baking = Views.Rollout("baking", 10) with { Gates = [new("errors", null, "inconclusive", "0 requests")], Milestones = [new(Views.At, "Began.")] };
        Assert.Equal(["12:00:00  Began.", "12:00:01  baking at 10 %, step 1 of 3", "12:00:01  gate errors: inconclusive: 0 requests"], lines.Next(baking, Views.At.AddSeconds(1)));
        Assert.Empty(lines.Next(baking with { Gates = [new("errors", null, "inconclusive", "3 requests")] }, Views.At.AddSeconds(2)));
        Assert.Equal(["12:00:03  gate errors: pass: 60 requests"], lines.Next(baking with { Gates = [new("errors", null, "pass", "60 requests")] }, Views.At.AddSeconds(3)));
    }

    [Fact]
    public void The_demo_prints_its_acts_and_figures_as_tables()
    {
        DemoAct[] acts =
        [
            new("first release", "aaaaaaaaaaaa", "1.0.0", "promoted", "promoted", 31.5, 26, 4.2, 0, 0.12, new Dictionary<string, double>(), 0, 0, 0, null, null),
            new("bad release", "cccccccccccc", "1.2.0", "rolled-back", "rolled-back", 6.3, 0.2, 3, 0.4, 0.2, new Dictionary<string, double>(), 1400, 3, 0, 8.25, "3 errors in a row."),
        ];
        DemoFigure[] figures = [DemoFigure.Exactly("requests lost, good release", 0, "requests", 0), DemoFigure.AtMost("rollout's own time", 321.04, "ms", 300)];
        Goldens.ShouldBe("demo.txt", Text([.. DemoPrinter.Acts(acts).Lines(), "", .. DemoPrinter.Figures(figures).Lines()]));
    }

    [Theory]
    [InlineData(0.34, "340 ms")]
    [InlineData(4.21, "4.2 s")]
    [InlineData(185, "3m 05s")]
    [InlineData(7800, "2h 10m")]
    [InlineData(273600, "3d 4h")]
    [InlineData(-5, "0 ms")]
    public void Lengths_of_time_are_short(double seconds, string text) => Assert.Equal(text, Durations.Text(TimeSpan.FromSeconds(seconds)));

    private static string Text(IEnumerable<string> lines)
    {
        var text = new StringBuilder();
        foreach (var line in lines)
            text.Append(line).Append('\n');
        return text.ToString();
    }
}
