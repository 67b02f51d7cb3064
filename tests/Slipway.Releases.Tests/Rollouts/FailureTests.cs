using Slipway.Core.Manifests;
using Slipway.Releases.Rollouts;
using Slipway.Simulation;

namespace Slipway.Releases.Tests.Rollouts;

public sealed class FailureTests
{
    private static readonly Application Shop = Scenes.Application(Scenes.Canary(10, 50, 100));

    public static TheoryData<string, string, string> Faults => new()
    {
        { "never-ready", "failed", "start" },
        { "ends-at-once", "failed", "restarts" },
        { "smoke-fails", "failed", "smoke" },
        { "always-fails", "rolled-back", "consecutive-errors" },
        { "fails-often", "rolled-back", "errors" },
        { "loses-database", "rolled-back", "readiness" },
        { "ends-later", "rolled-back", "restarts" },
        { "leaks", "failed", "memory" },
        { "build-fails", "failed", "build" },
    };

    internal static Behaviour Named(string name) => name switch
    {
        "never-ready" => new() { NeverReady = true },
        "ends-at-once" => new() { EndsAtOnce = true },
        "smoke-fails" => new() { SmokeFails = true },
        "always-fails" => new() { ErrorRatio = 1 },
        "fails-often" => new() { ErrorRatio = 0.2 },
        "loses-database" => new() { LosesReadinessAfter = TimeSpan.FromSeconds(3) },
        "ends-later" => new() { EndsAfter = TimeSpan.FromSeconds(3) },
        "leaks" => new() { Memory = 0.97 },
        "build-fails" => new() { BuildFails = true },
        "loses-database-in-guard" => new() { LosesReadinessAfter = TimeSpan.FromSeconds(12) },
        _ => Behaviour.Good,
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_bad_release_is_undone_and_says_why(string fault, string outcome, string gate)
    {
        var stage = await Released();
        var live = stage.State.Live;
        stage.World.Behaviours["2"] = Named(fault);
        if (fault is "fails-often" or "always-fails")
            stage.World.RequestRate = 60;
        await stage.Deploy(fault == "fails-often" ? Shop with { Gates = Shop.Gates with { ConsecutiveErrors = 30 } } : Shop, "2");
        await stage.UntilOver();
        var view = stage.View();
        Assert.True(outcome == view.Outcome, stage.Tell());
        Assert.Equal(gate, view.Failure!.Gate);
        Assert.Equal(live, stage.State.Live);
        Assert.NotEmpty(view.Failure.Remedy);
        Assert.Empty(await stage.Rest());
        if (view.Failure.Instance is not null)
            Assert.Equal("cannot go on, the password is ***", view.Failure.LastLines[^1]);
    }

    [Theory]
    [InlineData(Strategy.BlueGreen)]
    [InlineData(Strategy.Rolling)]
    [InlineData(Strategy.Recreate)]
    public async Task Every_strategy_undoes_a_release_that_always_fails(Strategy strategy)
    {
        var stage = await Released();
        var live = stage.State.Live;
        stage.World.Behaviours["2"] = new() { ErrorRatio = 1 };
        await stage.Deploy(Shop with { Rollout = Scenes.Plan(strategy) }, "2");
        await stage.UntilOver();
        Assert.Equal("rolled-back", stage.View().Outcome);
        Assert.Equal(live, stage.State.Live);
        Assert.Empty(await stage.Rest());
    }

    [Fact]
    public async Task An_always_failing_candidate_is_undone_within_a_second_of_its_first_bad_answer()
    {
        var stage = await Released();
        stage.World.Behaviours["2"] = new() { ErrorRatio = 1 };
        await stage.Deploy(Shop, "2");
        await stage.UntilOver();
        await stage.Play(TimeSpan.FromSeconds(2));
        var (first, last) = stage.World.Bad!.Value;
        Assert.InRange(last - first, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_release_that_fails_under_guard_is_undone_to_the_warm_one()
    {
        var stage = await Released();
        var live = stage.State.Live;
        stage.World.Behaviours["2"] = Named("loses-database-in-guard");
        await stage.Deploy(Shop, "2");
        await stage.Until(one => one.View().Promoted);
        Assert.NotEqual(live, stage.State.Live);
        await stage.UntilOver();
        Assert.Equal("rolled-back", stage.View().Outcome);
        Assert.Equal(live, stage.State.Live);
        Assert.Empty(await stage.Rest());
    }

    [Fact]
    public async Task A_fault_that_stable_shares_undoes_nothing_and_holds_until_it_has_passed()
    {
        var stage = await Released();
        await stage.Deploy(Shop, "2");
        await stage.Until(one => one.State.Active is { Phase: RolloutPhase.Baking, Step: 1 });
        stage.World.Shared = new() { ErrorRatio = 0.5 };
        await stage.Until(one => one.View().Phase == "waiting");
        await stage.Play(TimeSpan.FromSeconds(20));
        Assert.Equal("waiting", stage.View().Phase);
        stage.World.Shared = null;
        await stage.Until(one => one.View().Promoted);
        Assert.Empty(await stage.Rest());
    }

    [Fact]
    public async Task A_slow_release_is_undone_once_it_has_been_slow_for_long_enough()
    {
        var stage = await Released();
        stage.World.Behaviours["2"] = new() { Latency = TimeSpan.FromMilliseconds(80) };
        await stage.Deploy(Shop, "2");
        await stage.UntilOver();
        Assert.Equal(("rolled-back", "latency"), (stage.View().Outcome, stage.View().Failure!.Gate));
    }

    [Fact]
    public async Task Without_traffic_nobody_can_say_so_a_person_is_asked()
    {
        var stage = await Released();
        stage.World.RequestRate = 0;
        await stage.Deploy(Shop, "2");
        await stage.Until(one => one.View().Phase == "waiting");
        Assert.Contains("more without an error would show", stage.View().Waiting, StringComparison.Ordinal);
        Assert.IsType<CommandAnswer.Accepted>(await stage.Steer(SteerVerb.Approve));
        await stage.Until(one => one.View() is { Phase: "waiting", Step: 1 });
        await stage.Until(one => one.State.Current is null, 400);
        Assert.Equal("rolled-back", stage.View().Outcome);
        Assert.Empty(await stage.Rest());
    }

    [Fact]
    public async Task A_gateway_that_is_away_is_neither_a_pass_nor_a_fail()
    {
        var stage = await Released();
        await stage.Deploy(Shop, "2");
        await stage.Until(one => one.State.Active is { Phase: RolloutPhase.Baking, Step: 1 });
        stage.World.GatewayAnswers = false;
        await stage.Play(TimeSpan.FromSeconds(10));
        Assert.Equal(1, stage.View().Step);
        stage.World.GatewayAnswers = true;
        await stage.UntilOver();
        Assert.Equal("promoted", stage.View().Outcome);
        Assert.Empty(await stage.Rest());
    }

    internal static async Task<Stage> Released(Application? application = null)
    {
        var stage = await Stage.Open();
        await stage.Deploy(application ?? Shop, "1");
        await stage.UntilOver();
        await stage.Play(TimeSpan.FromSeconds(2));
        return stage;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nothing_is_ended_before_a_gateway_that_is_away_has_let_go_of_it(bool aborted)
    {
        var stage = await KilledBetweenTrafficAndPromotion();
        await stage.Steer(SteerVerb.Pause);
        await stage.Until(one => one.World.Table is not null);
        stage.World.GatewayAnswers = false;
        if (aborted)
            await stage.Steer(SteerVerb.Abort);
        await stage.Play(TimeSpan.FromSeconds(5));
        Assert.NotEmpty(stage.World.Instances);
        // That it is away is no fault of the release that it has carried.
        Assert.True(aborted == (stage.State.Rollouts[^1].Outcome is not null), stage.Tell());
        stage.World.GatewayAnswers = true;
        if (!aborted)
            await stage.Steer(SteerVerb.Resume);
        await stage.UntilOver();
        Assert.True(aborted == (stage.World.Instances.Count == 0), stage.Tell());
        Assert.Empty(stage.World.Violations);
    }

    private static async Task<Stage> KilledBetweenTrafficAndPromotion()
    {
        for (var step = 1; step < 200; step++)
        {
            var stage = await Stage.Open(5, life => life == 0 ? step : null);
            await stage.Deploy(Scenes.Application(Scenes.Plan(Strategy.BlueGreen), Scenes.Service("api")), "1");
            while (stage.Lives == 1 && !stage.State.Rollouts[^1].IsOver)
                await stage.Play(TimeSpan.FromMilliseconds(100));
            if (stage is { Lives: 2, State.Current: { TrafficSince: not null, Promoted: false } })
                return stage;
        }
        throw new InvalidOperationException("There is no such instant.");
    }
}
