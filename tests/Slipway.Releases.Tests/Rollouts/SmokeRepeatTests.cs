using Slipway.Core.Manifests;
using Slipway.Releases.Rollouts;
using Slipway.Simulation;

namespace Slipway.Releases.Tests.Rollouts;

public sealed class SmokeRepeatTests
{
    [Theory]
    [InlineData(false, "rolled-back")]
    [InlineData(true, "promoted")]
    public async Task A_check_that_fails_again_and_again_after_promotion_undoes_unless_stable_fails_it_too(bool shared, string outcome)
    {
        var stage = await Released();
        stage.World.Behaviours["2"] = Behaviour.Good;
        await stage.Deploy(Shop(), "2");
        await stage.Until(one => one.State.Current?.Phase == RolloutPhase.Guarding);
        stage.World.Behaviours["2"] = new() { SmokeFails = true };
        if (shared)
            stage.World.Behaviours["1"] = new() { SmokeFails = true };
        await stage.UntilOver();
        var view = stage.View();
        Assert.True(outcome == view.Outcome, stage.Tell());
        if (shared)
            return;
        Assert.Equal("smoke", view.Failure!.Gate);
        Assert.Contains("failed twice", view.Failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_failure_that_a_second_run_does_not_confirm_changes_nothing()
    {
        var stage = await Released();
        await stage.Deploy(Shop(), "2");
        await stage.Until(one => one.State.Current?.Phase == RolloutPhase.Guarding);
        for (var i = 0; i < 20 && stage.State.Current is not null; i++)
        {
            stage.World.Behaviours["2"] = new() { SmokeFails = true };
            await stage.Play(TimeSpan.FromMilliseconds(200));
            stage.World.Behaviours["2"] = Behaviour.Good;
            await stage.Play(TimeSpan.FromMilliseconds(900));
        }
        await stage.UntilOver();
        Assert.True(stage.View().Outcome == "promoted", stage.Tell());
    }

    private static Application Shop()
    {
        var shop = Scenes.Application(Scenes.Canary(50, 100));
        return shop with
        {
            Services = [.. shop.Services.Select(service => service with { Health = new() { Smoke = [.. service.Health.Smoke.Select(check => check with { Every = TimeSpan.FromSeconds(1) })] } })],
        };
    }

    private static async Task<Stage> Released()
    {
        var stage = await Stage.Open();
        await stage.Deploy(Shop(), "1");
        await stage.UntilOver();
        return stage;
    }
}
