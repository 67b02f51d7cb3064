using Slipway.Core.Manifests;
using Slipway.Releases.Journals;
using Slipway.Simulation;

namespace Slipway.Releases.Tests.Rollouts;

public sealed class SteppingBackTests
{
    private static readonly Application Shop = Scenes.Application(Canary(30), Scenes.Service("api")) with
    {
        Gates = Scenes.Gates with { Caution = 0.21, Misses = 0.001 },
    };

    public static TheoryData<int> EveryStep => [.. Enumerable.Range(0, 70)];

    [Fact]
    public async Task A_suspicion_gives_all_traffic_to_stable_and_later_the_same_share_again()
    {
        var stage = await Suspected();
        Assert.Equal((0, "baking", 10), (stage.View().Percent, stage.View().Phase, stage.State.Current!.Percent));
        Assert.Contains("stepped back: api: 1 of", stage.View().Waiting, StringComparison.Ordinal);
        await stage.Until(one => TrafficOf(one, "2") == 0, 1);
        stage.World.Behaviours.Remove("2");
        await stage.Until(one => one.View().Percent == 10, 12);
        await stage.UntilOver();
        Assert.Equal("promoted", stage.View().Outcome);
        Assert.Empty(await stage.Rest());
    }

    [Theory]
    [MemberData(nameof(EveryStep))]
    public async Task A_crash_after_any_step_around_it_still_ends_well(int crashAfter)
    {
        var stage = await Stage.Open(crashAfter, life => life == 1 ? crashAfter : null);
        stage.World.RequestRate = 50;
        await stage.Deploy(Shop, "1");
        await stage.UntilOver();
        await stage.Deploy(Shop, "2");
        await stage.Until(one => one.View().Percent == 10);
        stage.World.Behaviours["2"] = new() { ErrorRatio = 0.2 };
        await stage.Kill();
        await stage.Until(one => one.State.Current is not { } current || current.WithdrawnAt is not null || current.Failure is not null);
        if (crashAfter % 2 == 0)
            stage.World.Behaviours.Remove("2");
        await stage.Until(one => one.State.Rollouts.All(rollout => rollout.IsOver), 400);
        Assert.Equal(crashAfter % 2 == 0 && stage.View().Failure is null ? "promoted" : "rolled-back", stage.View().Outcome);
        Assert.Empty(await stage.Rest());
    }

    [Theory]
    [InlineData(SteerVerb.Abort, "aborted")]
    [InlineData(SteerVerb.Promote, "promoted")]
    public async Task A_person_can_end_it(SteerVerb verb, string outcome)
    {
        var stage = await Suspected();
        stage.World.Behaviours.Remove("2");
        Assert.IsType<CommandAnswer.Accepted>(await stage.Steer(verb));
        await stage.UntilOver();
        Assert.Equal(outcome, stage.View().Outcome);
        Assert.Empty(await stage.Rest());
    }

    [Fact]
    public async Task It_happens_while_a_person_has_paused_the_rollout_too()
    {
        var stage = await Released();
        await stage.Deploy(Shop, "2");
        await stage.Until(one => one.View().Percent == 10);
        await stage.Steer(SteerVerb.Pause);
        stage.World.Behaviours["2"] = new() { ErrorRatio = 0.2 };
        await stage.Until(one => one.State.Current is not { WithdrawnAt: null });
        stage.World.Behaviours.Remove("2");
        await stage.Until(one => one.State.Current is { WithdrawnAt: null, PausedAt: not null, Share: 10 }, 15);
        await stage.Steer(SteerVerb.Resume);
        await stage.UntilOver();
        Assert.Equal("promoted", stage.View().Outcome);
        Assert.Empty(await stage.Rest());
    }

    [Fact]
    public async Task A_release_that_goes_on_failing_is_undone_for_good()
    {
        var stage = await Suspected(ratio: 0.05);
        await stage.Until(one => one.State.Rollouts.All(rollout => rollout.IsOver), 600);
        Assert.Equal(("rolled-back", "errors"), (stage.View().Outcome, stage.View().Failure!.Gate));
        Assert.InRange(stage.Journal.Records(0).Count(record => record.Event is TrafficWithdrawn), 1, 5);
        Assert.Empty(await stage.Rest());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(40)]
    public async Task What_stable_shows_meanwhile_is_a_fault_that_both_share_and_counts_for_nothing(int seconds)
    {
        var stage = await Suspected();
        stage.World.Behaviours.Remove("2");
        stage.World.Shared = new() { ErrorRatio = 0.3 };
        await stage.Play(TimeSpan.FromSeconds(seconds));
        Assert.Equal(0, stage.View().Percent);
        stage.World.Shared = null;
        await stage.Until(one => one.State.Current is { WithdrawnAt: null }, 60);
        Assert.Equal(0, stage.State.Current!.Withdrawals);
        await stage.UntilOver();
        Assert.Contains(stage.Journal.Records(0), record => record.Event is TrafficReturned { Shared: true });
        Assert.Equal("promoted", stage.View().Outcome);
    }

    [Fact]
    public async Task A_restart_loses_no_evidence()
    {
        var stage = await Stage.Open(3);
        stage.World.RequestRate = 50;
        var cautionless = Shop with { Gates = Shop.Gates with { Caution = 0 } };
        await stage.Deploy(cautionless, "1");
        await stage.UntilOver();
        stage.World.Behaviours["2"] = new() { ErrorRatio = 0.18 };
        await stage.Deploy(cautionless, "2");
        await stage.Until(one => one.View().Percent == 10);
        // A second of each life is never enough to prove anything.
        for (var life = 0; life < 60 && stage.State.Current is { Failure: null }; life++)
        {
            await stage.Play(TimeSpan.FromSeconds(1));
            await stage.Restart();
        }
        Assert.Equal("errors", stage.View().Failure?.Gate);
    }

    private static RolloutPlan Canary(int bakeSeconds) => Scenes.Canary(10, 50, 100) with
    {
        Steps = [.. Scenes.Canary(10, 50, 100).Steps.Select(step => step with { Bake = TimeSpan.FromSeconds(bakeSeconds) })],
    };

    private static async Task<Stage> Released()
    {
        var stage = await Stage.Open(5);
        stage.World.RequestRate = 50;
        await stage.Deploy(Shop, "1");
        await stage.UntilOver();
        return stage;
    }

    private static async Task<Stage> Suspected(double ratio = 0.2)
    {
        var stage = await Released();
        stage.World.Behaviours["2"] = new() { ErrorRatio = ratio };
        await stage.Deploy(Shop, "2");
        await stage.Until(one => one.State.Current is { WithdrawnAt: not null });
        return stage;
    }

    private static int TrafficOf(Stage stage, string version)
        => stage.World.Table!.Services[0].Releases.FirstOrDefault(one => stage.World.Versions[one.Release] == version)?.Weight ?? 0;
}
