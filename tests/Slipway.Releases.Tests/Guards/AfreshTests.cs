using Slipway.Core.Manifests;
using Slipway.Releases.Tests.Rollouts;
using Slipway.Simulation;

namespace Slipway.Releases.Tests.Guards;

/// <summary>What a release was once undone for is no evidence against it when it comes again.</summary>
public sealed class AfreshTests
{
    private static readonly Application Shop = Scenes.Application(Scenes.Canary(50, 100), Scenes.Service("api"), Scenes.Service("worker", ServiceKind.Worker));

    public static TheoryData<string> Faults => ["errors", "errors-under-guard", "latency", "crash", "lost-dependency", "memory", "smoke", "never-ready"];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_repaired_release_is_judged_afresh(string fault)
    {
        var stage = await FailureTests.Released(Shop);
        if (fault != "errors-under-guard")
            stage.World.Behaviours["2"] = Bad(fault);
        await stage.Deploy(Shop, "2");
        if (fault == "errors-under-guard")
        {
            await stage.Until(one => one.View().Promoted);
            stage.World.Behaviours["2"] = Bad("errors");
        }
        await stage.UntilOver();
        var (first, outcome) = (stage.View().Candidate!.Id, stage.View().Outcome);
        Assert.NotEqual("promoted", outcome);
        // Its surroundings were the fault, so it is the very same release that comes again, at once.
        stage.World.Behaviours.Remove("2");
        await stage.Deploy(Shop, "2");
        await stage.Until(one => one.View().Promoted, 60);
        Assert.Equal(first, stage.View().Candidate!.Id);
        var again = stage.State.Rollouts[^1];
        Assert.All(stage.World.Instances.Where(one => one.Release == first && one.StopAt is null), one => Assert.Contains(one.Id, again.Proved));
        Assert.Empty(await stage.Rest());
        Assert.Equal("promoted", stage.View().Outcome);
    }

    [Fact]
    public async Task A_release_that_is_still_bad_fails_its_smoke_checks_again_though_they_once_passed()
    {
        var stage = await FailureTests.Released(Shop);
        stage.World.Behaviours["2"] = new() { ErrorRatio = 1 };
        await stage.Deploy(Shop, "2");
        await stage.UntilOver();
        stage.World.Behaviours["2"] = new() { SmokeFails = true };
        await stage.Deploy(Shop, "2");
        await stage.UntilOver();
        Assert.Equal(("failed", "smoke"), (stage.View().Outcome, stage.View().Failure!.Gate));
        Assert.Empty(await stage.Rest());
    }

    [Theory]
    [InlineData("errors")]
    [InlineData("crash")]
    [InlineData("lost-dependency")]
    [InlineData("memory")]
    public async Task A_rollback_is_never_rolled_back(string fault)
    {
        var stage = await FailureTests.Released(Shop);
        var first = stage.State.Live!.Value;
        foreach (var version in (string[])["2", "3"])
        {
            await stage.Deploy(Shop, version);
            await stage.UntilOver();
        }
        await stage.Ask(engine => engine.Rollback(Scenes.Environment, first, new("ada", "cli"), null, default));
        await stage.Until(one => one.State.Rollouts[^1].TrafficSince is not null);
        stage.World.Behaviours["1"] = Bad(fault);
        await stage.Play(TimeSpan.FromSeconds(60));
        Assert.Equal(("promoted", first), (stage.View().Outcome, stage.State.Live!.Value));
        Assert.Null(stage.State.Rollouts[^1].UndoneAt);
    }

    private static Behaviour Bad(string fault) => fault switch
    {
        "errors" => new() { ErrorRatio = 1 },
        "latency" => new() { Latency = TimeSpan.FromMilliseconds(90) },
        "crash" => new() { EndsAfter = TimeSpan.FromSeconds(3) },
        "lost-dependency" => new() { LosesReadinessAfter = TimeSpan.FromSeconds(3) },
        "memory" => new() { Memory = 0.99 },
        "smoke" => new() { SmokeFails = true },
        _ => new() { NeverReady = true },
    };
}
