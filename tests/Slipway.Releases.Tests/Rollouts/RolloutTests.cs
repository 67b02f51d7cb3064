using Slipway.Core.Manifests;
using Slipway.Simulation;

namespace Slipway.Releases.Tests.Rollouts;

public sealed class RolloutTests
{
    [Fact]
    public async Task A_first_release_goes_live_at_once_when_it_is_proved()
    {
        var stage = await Stage.Open();
        await stage.Deploy(Scenes.Application(Scenes.Canary(10, 50, 100)), "1");
        await stage.UntilOver();
        Assert.Equal("promoted", stage.View().Outcome);
        Assert.Empty(await stage.Rest());
    }

    [Fact]
    public async Task A_release_may_change_how_its_instances_are_spoken_to()
    {
        var stage = await Stage.Open();
        var application = Scenes.Application(Scenes.Canary(10, 50, 100), Scenes.Service("api"));
        await stage.Deploy(application, "1");
        await stage.UntilOver();
        await stage.Deploy(application with { Services = [Scenes.Service("api") with { Protocol = ServiceProtocol.Http2 }] }, "2");
        await stage.Until(one => one.World.Table!.Services[0].Releases is [{ Weight: > 0 }, { Weight: > 0 }]);
        foreach (var release in stage.World.Table!.Services[0].Releases)
            Assert.All(release.Endpoints, endpoint => Assert.Equal(stage.World.Versions[release.Release] == "2", endpoint.Http2));
        await stage.UntilOver();
        Assert.Equal("promoted", stage.View().Outcome);
    }

    [Theory]
    [InlineData(Strategy.Canary)]
    [InlineData(Strategy.BlueGreen)]
    [InlineData(Strategy.Rolling)]
    [InlineData(Strategy.Recreate)]
    public async Task A_good_release_is_promoted(Strategy strategy)
    {
        var stage = await Stage.Open();
        var application = Scenes.Application(strategy == Strategy.Canary ? Scenes.Canary(10, 50, 100) : Scenes.Plan(strategy));
        await stage.Deploy(application, "1");
        await stage.UntilOver();
        var lost = stage.World.Lost;
        await stage.Deploy(application, "2");
        await stage.UntilOver();
        await stage.Play(TimeSpan.FromSeconds(2));
        Assert.Equal("promoted", stage.View().Outcome);
        Assert.Empty(await stage.Rest());
        if (strategy != Strategy.Recreate)
            Assert.Equal(lost, stage.World.Lost);
    }
}
