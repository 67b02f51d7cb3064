using Slipway.Core.Manifests;
using Slipway.Releases.Journals;
using Slipway.Releases.Rollouts;
using Slipway.Simulation;

namespace Slipway.Releases.Tests.Rollouts;

public sealed class CommandTests
{
    private static readonly Application Shop = Scenes.Application(Scenes.Canary(10, 100));

    [Fact]
    public async Task A_second_deploy_is_refused_by_the_name_and_phase_of_the_first()
    {
        var stage = await FailureTests.Released();
        await stage.Deploy(Shop, "2");
        await stage.Until(one => one.State.Active?.Phase == RolloutPhase.Baking);
        var refused = Assert.IsType<CommandAnswer.Refused>(await stage.Deploy(Shop, "3"));
        Assert.Contains("staging-2 is under way (baking)", refused.Reason, StringComparison.Ordinal);
        await stage.UntilOver();
        Assert.Equal(2, stage.State.Rollouts.Count);
    }

    [Fact]
    public async Task A_queued_deploy_waits_for_its_turn()
    {
        var stage = await FailureTests.Released();
        await stage.Deploy(Shop, "2");
        await stage.Play(TimeSpan.FromSeconds(1));
        Assert.IsType<CommandAnswer.Accepted>(await stage.Deploy(Shop, "3", queue: true));
        await stage.Play(TimeSpan.FromSeconds(1));
        Assert.Single(stage.Engine.Snapshot(Scenes.Environment)!.Queue);
        Assert.Empty(await stage.Rest());
        Assert.Equal(["promoted", "promoted", "promoted"], stage.Engine.History(Scenes.Environment, 10).Select(one => one.Outcome));
        Assert.Equal("3", stage.World.Versions[stage.State.Live!.Value]);
    }

    [Fact]
    public async Task A_deploy_of_what_is_live_changes_nothing_and_says_so()
    {
        var stage = await FailureTests.Released(Shop);
        var answer = Assert.IsType<CommandAnswer.Unchanged>(await stage.Deploy(Shop, "1"));
        Assert.Contains($"{stage.State.Live} (1) is live already", answer.Message, StringComparison.Ordinal);
        Assert.Single(stage.State.Rollouts);
    }

    [Fact]
    public async Task A_deploy_under_guard_takes_over_once_it_is_built()
    {
        var stage = await FailureTests.Released();
        await stage.Deploy(Shop, "2");
        await stage.Until(one => one.View().Phase == "guarding");
        Assert.IsType<CommandAnswer.Accepted>(await stage.Deploy(Shop, "3"));
        Assert.Empty(await stage.Rest());
        Assert.Equal("3", stage.World.Versions[stage.State.Live!.Value]);
    }

    [Fact]
    public async Task An_approval_is_waited_for_and_then_the_rollout_goes_on()
    {
        var stage = await FailureTests.Released();
        await stage.Deploy(Shop with { Rollout = Shop.Rollout with { Steps = Shop.Rollout.Steps.SetItem(1, Shop.Rollout.Steps[1] with { Approval = true }) } }, "2");
        await stage.Until(one => one.View().Phase == "waiting");
        Assert.Equal(10, stage.View().Percent);
        Assert.IsType<CommandAnswer.Refused>(await stage.Steer(SteerVerb.Resume));
        await stage.Steer(SteerVerb.Approve);
        Assert.Empty(await stage.Rest());
        Assert.Equal("promoted", stage.View().Outcome);
    }

    [Fact]
    public async Task A_gate_that_fails_while_approval_is_awaited_undoes()
    {
        var stage = await FailureTests.Released();
        stage.World.Behaviours["2"] = new() { EndsAfter = TimeSpan.FromSeconds(10) };
        await stage.Deploy(Shop with { Rollout = Shop.Rollout with { Approval = true } }, "2");
        await stage.Until(one => one.View().Phase == "waiting");
        await stage.UntilOver();
        Assert.Equal(("rolled-back", "restarts"), (stage.View().Outcome, stage.View().Failure!.Gate));
    }

    [Fact]
    public async Task A_pause_holds_the_step_and_a_resume_goes_on_where_it_was()
    {
        var stage = await FailureTests.Released();
        await stage.Deploy(Shop, "2");
        await stage.Until(one => one.State.Active?.Phase == RolloutPhase.Baking);
        await stage.Steer(SteerVerb.Pause);
        await stage.Play(TimeSpan.FromSeconds(30));
        Assert.Equal(("paused", 10), (stage.View().Phase, stage.View().Percent));
        await stage.Steer(SteerVerb.Resume);
        Assert.Empty(await stage.Rest());
        Assert.Equal("promoted", stage.View().Outcome);
    }

    [Fact]
    public async Task A_pause_that_nobody_ends_is_undone_at_its_deadline()
    {
        var stage = await FailureTests.Released();
        await stage.Deploy(Shop, "2");
        await stage.Until(one => one.State.Active?.Phase == RolloutPhase.Baking);
        await stage.Steer(SteerVerb.Pause);
        await stage.Until(one => one.State.Current is null, 400);
        Assert.Equal("rolled-back", stage.View().Outcome);
    }

    [Fact]
    public async Task A_promote_skips_bakes_but_still_proves_every_instance()
    {
        var stage = await FailureTests.Released();
        await stage.Deploy(Shop with { Rollout = Scenes.Canary(10, 20, 30, 100) with { Approval = true } }, "2");
        await stage.Until(one => one.State.Active?.Phase == RolloutPhase.Baking);
        await stage.Steer(SteerVerb.Promote);
        await stage.Until(one => one.View().Promoted, 3);
        Assert.Empty(await stage.Rest());
    }

    [Fact]
    public async Task An_abort_undoes_and_is_no_fault_of_the_release()
    {
        var stage = await FailureTests.Released();
        var live = stage.State.Live;
        await stage.Deploy(Shop, "2");
        await stage.Until(one => one.State.Active?.Phase == RolloutPhase.Baking);
        await stage.Steer(SteerVerb.Abort);
        Assert.Empty(await stage.Rest());
        Assert.Equal("aborted", stage.View().Outcome);
        Assert.Equal(live, stage.State.Live);
    }

    [Fact]
    public async Task A_rollback_under_guard_is_one_change_of_routes()
    {
        var stage = await FailureTests.Released();
        var live = stage.State.Live!.Value;
        await stage.Deploy(Shop, "2");
        await stage.Until(one => one.View().Phase == "guarding");
        await stage.Ask(engine => engine.Rollback(Scenes.Environment, null, new("ada", "cli"), "too slow", default));
        await stage.Play(TimeSpan.FromMilliseconds(100));
        Assert.Equal(1_000_000, stage.World.Table!.Services[0].Releases.Single(one => one.Release == live).Weight);
        Assert.Empty(await stage.Rest());
        Assert.Equal(("rolled-back", "too slow"), (stage.View().Outcome, stage.View().Failure!.Reason));
    }

    [Fact]
    public async Task A_rollback_to_any_release_restores_it_exactly()
    {
        var stage = await FailureTests.Released();
        var first = stage.State.Live!.Value;
        foreach (var version in (string[])["2", "3"])
        {
            await stage.Deploy(Shop, version);
            await stage.UntilOver();
        }
        var answer = await stage.Ask(engine => engine.Rollback(Scenes.Environment, first, new("ada", "cli"), null, default));
        Assert.IsType<CommandAnswer.Accepted>(answer);
        Assert.Empty(await stage.Rest());
        Assert.Equal(first, stage.State.Live);
        Assert.Equal("promoted", stage.View().Outcome);
        Assert.Equal("1", stage.World.Versions[first]);
    }

    [Fact]
    public async Task A_rollback_without_anything_before_is_refused()
    {
        var stage = await FailureTests.Released();
        Assert.IsType<CommandAnswer.Refused>(await stage.Ask(engine => engine.Rollback(Scenes.Environment, null, new("ada", "cli"), null, default)));
    }

    [Fact]
    public async Task Down_ends_everything_and_a_deploy_afterwards_begins_anew()
    {
        var stage = await FailureTests.Released();
        await stage.Deploy(Shop, "2");
        await stage.Play(TimeSpan.FromSeconds(1));
        await stage.Ask(engine => engine.Down(Scenes.Environment, false, new("ada", "cli"), default));
        await stage.Until(one => one.Engine.Snapshot(Scenes.Environment)!.State == "idle", 20);
        Assert.Empty(stage.World.Instances);
        Assert.False(stage.World.GatewayRuns);
        await stage.Deploy(Shop, "2");
        Assert.Empty(await stage.Rest());
        Assert.Equal("promoted", stage.View().Outcome);
    }

    [Fact]
    public async Task A_nearly_full_disk_refuses_the_rollout()
    {
        var world = new World(new(), 1);
        var life = new Life(null);
        var ports = new SimulatedPorts(world, life);
        await using var journal = Journal.Over(new MemoryEventStore(life.Step), world.Clock);
        await using var engine = new ReleaseEngine(new(ports, ports, ports, ports, () => 1 << 20), journal, world.Clock, _ => { }) { ByHand = true };
        await engine.Start(default);
        var refused = Assert.IsType<CommandAnswer.Refused>(await engine.Deploy(Scenes.Deploy(Shop, "1"), default));
        Assert.Contains("nearly full", refused.Reason, StringComparison.Ordinal);
        Assert.Equal(1, journal.LastSequence);
    }

    [Fact]
    public async Task No_secret_value_is_ever_in_the_journal()
    {
        var stage = await FailureTests.Released();
        stage.World.Behaviours["2"] = FailureTests.Named("ends-later");
        await stage.Deploy(Shop, "2");
        await stage.UntilOver();
        Assert.Contains(stage.Journal.Records(0), record => record.Event is FailureExplained { LastLines.IsEmpty: false });
        Assert.DoesNotContain(stage.Disk.Records, record => record.Body.Contains("hunter2", StringComparison.Ordinal));
    }
}
