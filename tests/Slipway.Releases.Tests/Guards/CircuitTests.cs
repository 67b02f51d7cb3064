using System.Text.Json;
using Slipway.Core.Manifests;
using Slipway.Releases.Journals;
using Slipway.Releases.Rollouts;
using Slipway.Releases.Tests.Rollouts;
using Slipway.Simulation;

namespace Slipway.Releases.Tests.Guards;

public sealed class CircuitTests
{
    private static readonly Application Shop = Scenes.Application(Scenes.Canary(10, 100));

    [Fact]
    public async Task Three_releases_in_a_row_that_a_gate_undid_open_it_and_call_a_person()
    {
        var stage = await Open();
        var refused = Assert.IsType<CommandAnswer.Refused>(await stage.Deploy(Shop, "5"));
        Assert.Equal("SLIP473", refused.Code);
        Assert.Contains($"3 releases in a row were undone to {stage.State.Live}: staging-4, ", refused.Reason, StringComparison.Ordinal);
        Assert.Contains("staging-2, ", refused.Reason, StringComparison.Ordinal);
        Assert.Contains("slipway resume staging --reason", refused.Remedy, StringComparison.Ordinal);
        var view = stage.Engine.Snapshot(Scenes.Environment)!;
        Assert.Equal(["staging-4", "staging-3", "staging-2"], view.Circuit!.Undone.Select(one => one.ToString()));
        Assert.Equal(AlarmKind.CircuitOpen, Assert.Single(view.Alarms).Kind);
        Assert.Equal(4, stage.State.Rollouts.Count);
    }

    [Fact]
    public async Task Two_do_not_nor_does_one_that_never_had_traffic_nor_one_that_a_person_ended()
    {
        var stage = await FailureTests.Released(Shop);
        foreach (var version in (string[])["2", "3"])
            await Fail(stage, version);
        stage.World.Behaviours["4"] = new() { NeverReady = true };
        await stage.Deploy(Shop, "4");
        await stage.UntilOver();
        await stage.Deploy(Shop, "5");
        await stage.Until(one => one.State.Active?.Phase == RolloutPhase.Baking);
        await stage.Steer(SteerVerb.Abort);
        await stage.UntilOver();
        Assert.Null(Circuit.Of(stage.State));
        Assert.IsType<CommandAnswer.Accepted>(await stage.Deploy(Shop, "6"));
    }

    [Fact]
    public async Task Three_that_lie_further_apart_than_the_manifest_says_do_not_open_it()
    {
        var shop = Shop with { Rollout = Shop.Rollout with { Circuit = new(3, TimeSpan.FromMinutes(1)) } };
        var stage = await FailureTests.Released(shop);
        for (var version = 2; version <= 5; version++)
        {
            await Fail(stage, $"{version}", shop);
            await stage.Play(TimeSpan.FromSeconds(40));
        }
        Assert.Null(Circuit.Of(stage.State));
    }

    [Fact]
    public async Task It_can_be_set_and_turned_off()
    {
        var stage = await FailureTests.Released(Shop);
        await Fail(stage, "2", Shop with { Rollout = Shop.Rollout with { Circuit = new(1, TimeSpan.FromHours(1)) } });
        Assert.NotNull(Circuit.Of(stage.State));
        var off = await FailureTests.Released(Shop);
        for (var version = 2; version <= 6; version++)
            await Fail(off, $"{version}", Shop with { Rollout = Shop.Rollout with { Circuit = new(0, TimeSpan.FromHours(1)) } });
        Assert.Null(Circuit.Of(off.State));
    }

    [Fact]
    public async Task A_person_closes_it_with_a_reason_that_the_audit_log_keeps()
    {
        var stage = await Open();
        Assert.Equal("SLIP474", Assert.IsType<CommandAnswer.Refused>(await stage.Steer(SteerVerb.Resume)).Code);
        var answer = await stage.Ask(engine => engine.Steer(Scenes.Environment, SteerVerb.Resume, new("grace", "cli"), " the disk was full ", default));
        Assert.IsType<CommandAnswer.Accepted>(answer);
        var closed = stage.Journal.Records(0).Single(one => one.Event is CircuitClosed);
        Assert.Equal(("grace", "Closed the circuit: the disk was full"), (closed.Actor, closed.Event.What));
        await stage.Play(TimeSpan.FromSeconds(3));
        Assert.Null(stage.Engine.Snapshot(Scenes.Environment)!.Circuit);
        Assert.Empty(stage.State.Alarms);
        // What failed before was looked at; it takes as many again.
        await Fail(stage, "5");
        Assert.IsType<CommandAnswer.Accepted>(await stage.Deploy(Shop, "6"));
        await stage.UntilOver();
        Assert.Equal("promoted", stage.View().Outcome);
    }

    [Fact]
    public async Task What_was_queued_does_not_begin_and_what_was_built_may_close_it()
    {
        var stage = await FailureTests.Released(Shop);
        await Fail(stage, "2");
        await Fail(stage, "3");
        stage.World.Behaviours["4"] = new() { ErrorRatio = 1 };
        await stage.Deploy(Shop, "4");
        await stage.Play(TimeSpan.FromSeconds(0.5));
        Assert.IsType<CommandAnswer.Accepted>(await stage.Deploy(Shop, "5", queue: true));
        await stage.UntilOver();
        Assert.Equal("failed", stage.View().Outcome);
        Assert.StartsWith("The circuit is open: 3 releases in a row", stage.View().Failure!.Reason, StringComparison.Ordinal);
        Assert.NotEmpty(stage.View().Failure!.Remedy);
        Assert.Empty(await stage.Rest());
    }

    [Fact]
    public async Task A_rollback_is_always_allowed_and_leaves_the_row_behind()
    {
        var stage = await FailureTests.Released(Shop);
        var first = stage.State.Live!.Value;
        await stage.Deploy(Shop, "2");
        await stage.UntilOver();
        for (var version = 3; version <= 5; version++)
            await Fail(stage, $"{version}");
        Assert.NotNull(Circuit.Of(stage.State));
        Assert.IsType<CommandAnswer.Accepted>(await stage.Ask(engine => engine.Rollback(Scenes.Environment, null, new("ada", "cli"), null, default)));
        Assert.Empty(await stage.Rest());
        Assert.Equal(first, stage.State.Live);
        Assert.Null(Circuit.Of(stage.State));
    }

    [Fact]
    public async Task It_is_still_open_when_another_control_plane_takes_over()
    {
        var stage = await Open();
        await stage.Restart();
        await stage.Play(TimeSpan.FromSeconds(3));
        Assert.Equal("SLIP473", Assert.IsType<CommandAnswer.Refused>(await stage.Deploy(Shop, "5")).Code);
        Assert.Single(stage.Journal.Records(0), one => one.Event is AlarmRaised { Alarm: AlarmKind.CircuitOpen });
    }

    [Fact]
    public void A_plan_of_an_old_journal_has_no_circuit_and_reads_all_the_same()
    {
        var requested = (RolloutRequested)JournalJson.Read("""{"event":"rollout-requested","release":"aaaaaaaaaaaa","path":"cli"}""");
        Assert.NotNull(requested.Release);
        var plan = JsonSerializer.Deserialize<RolloutPlan>(
            """{"Strategy":2,"Steps":[],"Approval":false,"ApprovalDeadline":"1.00:00:00","StartDeadline":"00:02:00","DrainDeadline":"00:00:30"}""")!;
        Assert.Null(plan.Circuit);
        Assert.Equal((3, TimeSpan.FromHours(1)), (Circuit.Default.After, Circuit.Default.Within));
    }

    private static async Task<Stage> Open()
    {
        var stage = await FailureTests.Released(Shop);
        for (var version = 2; version <= 4; version++)
            await Fail(stage, $"{version}");
        await stage.Play(TimeSpan.FromSeconds(1));
        return stage;
    }

    private static async Task Fail(Stage stage, string version, Application? shop = null)
    {
        stage.World.Behaviours[version] = new() { ErrorRatio = 1 };
        Assert.IsType<CommandAnswer.Accepted>(await stage.Deploy(shop ?? Shop, version));
        await stage.UntilOver();
        Assert.Equal("rolled-back", stage.View().Outcome);
    }
}
