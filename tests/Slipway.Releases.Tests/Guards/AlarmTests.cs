using Slipway.Core.Manifests;
using Slipway.Releases.Journals;
using Slipway.Releases.Rollouts;
using Slipway.Releases.Tests.Rollouts;
using Slipway.Simulation;

namespace Slipway.Releases.Tests.Guards;

public sealed class AlarmTests
{
    private static readonly Application Shop = Scenes.Application(Scenes.Canary(50, 100));

    [Fact]
    public async Task An_approval_calls_a_person_until_it_is_given()
    {
        var stage = await FailureTests.Released();
        await stage.Deploy(Shop with { Rollout = Shop.Rollout with { Approval = true } }, "2");
        await stage.Until(one => one.View().Phase == "waiting");
        var alarm = Assert.Single(stage.State.Alarms);
        Assert.Equal((AlarmKind.Approval, "staging-2"), (alarm.Kind, alarm.Of.ToString()));
        Assert.Contains("slipway approve staging", alarm.Remedy, StringComparison.Ordinal);
        await stage.Play(TimeSpan.FromSeconds(20));
        await stage.Restart();
        await stage.Play(TimeSpan.FromSeconds(5));
        Assert.Single(stage.Journal.Records(0), one => one.Event is AlarmRaised);
        await stage.Steer(SteerVerb.Approve);
        await stage.Until(one => one.State.Alarms.IsEmpty, 10);
        Assert.Single(stage.Journal.Records(0), one => one.Event is AlarmCleared);
        Assert.Empty(await stage.Rest());
    }

    [Fact]
    public async Task A_migration_without_a_way_back_calls_a_person_before_it_begins_and_when_its_release_fails()
    {
        var breaking = Scenes.Application(Scenes.Plan(Strategy.Recreate), Scenes.Migrating(Scenes.Service("api"), compatible: false));
        var stage = await FailureTests.Released();
        stage.World.Behaviours["2"] = new() { NeverReady = true };
        await stage.Deploy(breaking, "2");
        await stage.Until(one => one.State.Active is { Waiting: WaitCause.Migration });
        await stage.Until(one => !one.State.Alarms.IsEmpty, 5);
        Assert.Equal(AlarmKind.Approval, Assert.Single(stage.State.Alarms).Kind);
        await stage.Steer(SteerVerb.Approve);
        await stage.Until(one => one.State.Active is { Stuck: not null });
        await stage.Until(one => !one.State.Alarms.IsEmpty, 5);
        var alarm = Assert.Single(stage.State.Alarms);
        Assert.Equal(AlarmKind.NoWayBack, alarm.Kind);
        Assert.Contains("restore a backup", alarm.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gate_that_cannot_say_calls_a_person()
    {
        var stage = await FailureTests.Released();
        stage.World.RequestRate = 0;
        await stage.Deploy(Shop, "2");
        await stage.Until(one => one.View().Phase == "waiting");
        Assert.Equal(AlarmKind.Undecided, Assert.Single(stage.State.Alarms).Kind);
    }

    [Fact]
    public async Task A_fault_that_both_share_calls_a_person_under_guard_and_is_over_with_it()
    {
        var stage = await FailureTests.Released(Shop with { Guard = TimeSpan.FromMinutes(1) });
        await stage.Deploy(Shop with { Guard = TimeSpan.FromMinutes(1) }, "2");
        await stage.Until(one => one.View().Promoted);
        stage.World.Shared = new() { ErrorRatio = 0.9, SmokeFails = true };
        await stage.Until(one => one.State.Alarms.Any(alarm => alarm.Kind == AlarmKind.SharedFault), 10);
        await stage.Play(TimeSpan.FromSeconds(20));
        stage.World.Shared = null;
        await stage.Until(one => one.State.Alarms.IsEmpty, 60);
        // The time in which nothing could be said of the one release alone does not count.
        Assert.True(stage.Journal.Records(0).Any(one => one.Event is GuardExtended), stage.Tell());
        await stage.Until(one => one.State.Guarded is null, 200);
        Assert.Equal("promoted", stage.View().Outcome);
        Assert.Empty(await stage.Rest());
    }

    [Fact]
    public async Task An_undoing_that_the_gateway_does_not_confirm_calls_a_person()
    {
        var stage = await FailureTests.Released();
        stage.World.Behaviours["2"] = new() { EndsAfter = TimeSpan.FromSeconds(5) };
        await stage.Deploy(Shop, "2");
        await stage.Until(one => one.State.Active is { Phase: RolloutPhase.Baking });
        stage.World.GatewayAnswers = false;
        await stage.Until(one => one.State.Alarms.Any(alarm => alarm.Kind == AlarmKind.UndoStuck), 40);
        stage.World.GatewayAnswers = true;
        Assert.Empty(await stage.Rest());
        Assert.Empty(stage.State.Alarms);
    }

    [Fact]
    public async Task What_is_brought_down_calls_nobody()
    {
        var stage = await FailureTests.Released();
        await stage.Deploy(Shop with { Rollout = Shop.Rollout with { Approval = true } }, "2");
        await stage.Until(one => !one.State.Alarms.IsEmpty, 30);
        await stage.Ask(engine => engine.Down(Scenes.Environment, false, new("ada", "cli"), default));
        await stage.Until(one => one.Engine.Snapshot(Scenes.Environment)!.State == "idle", 20);
        await stage.Play(TimeSpan.FromSeconds(3));
        Assert.Empty(stage.State.Alarms);
    }
}
