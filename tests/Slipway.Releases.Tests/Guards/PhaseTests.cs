using Slipway.Core.Manifests;
using Slipway.Releases.Rollouts;
using Slipway.Releases.Tests.Rollouts;
using Slipway.Simulation;

namespace Slipway.Releases.Tests.Guards;

/// <summary>A candidate that turns bad is undone, in whatever phase it does.</summary>
public sealed class PhaseTests
{
    private static readonly string[] Faults = ["errors", "latency", "crash", "lost-dependency", "memory"];

    private static readonly Application Shop = Scenes.Application(
        Scenes.Canary(10, 50, 100),
        Scenes.Service("api"),
        Scenes.Service("clock", ServiceKind.Scheduler, replicas: 1, overlap: false)) with
    { Guard = TimeSpan.FromMinutes(1) };

    public static TheoryData<string, string> PhasesAndFaults
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var phase in (string[])["approval", "paused", "proving", "handing-over", "promoted", "queued-behind", "building-behind", "proving-behind", "waiting-behind", "baking-behind"])
            {
                foreach (var fault in Faults)
                    data.Add(phase, fault);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(PhasesAndFaults))]
    public async Task Whoever_turns_bad_is_undone_in_every_phase(string phase, string fault)
    {
        var stage = await FailureTests.Released(Shop);
        var live = stage.State.Live!.Value;
        await To(stage, phase);
        var second = stage.State.Rollouts[1].Id;
        stage.World.Behaviours["2"] = Bad(fault);
        var since = stage.World.Clock.GetUtcNow();
        await stage.Until(one => one.State.Find(second)!.UndoneAt is not null, 60);
        // A latency has to last before it counts; all the rest is plain at once, and so is what follows from either.
        Assert.InRange(stage.World.Clock.GetUtcNow() - since, TimeSpan.Zero, TimeSpan.FromSeconds(fault == "latency" ? 25 : 5));
        await stage.Play(TimeSpan.FromSeconds(0.2));
        Assert.All(stage.World.Table!.Services, service => Assert.Equal(1_000_000, service.Releases.Single(one => one.Release == live).Weight));
        await stage.Until(one => one.State.Find(second)!.IsOver);
        Assert.Equal("rolled-back", stage.Engine.Rollout(second)!.Outcome);
        stage.World.Building?.SetResult();
        stage.World.Building = null;
        if (phase == "waiting-behind")
        {
            // What was approved beside the one that is undone is asked for again.
            await stage.Until(one => one.View() is { Phase: "waiting", Percent: 50 });
            await stage.Steer(SteerVerb.Approve);
        }
        Assert.Empty(await stage.Rest());
        // Whoever stood behind is judged beside what is live now, and is good.
        Assert.Equal(phase.EndsWith("behind", StringComparison.Ordinal) ? "3" : "1", stage.World.Versions[stage.State.Live!.Value]);
    }

    [Fact]
    public async Task A_guard_goes_on_until_its_successor_takes_its_place_and_then_ends()
    {
        var stage = await FailureTests.Released(Shop);
        await To(stage, "baking-behind");
        var second = stage.State.Rollouts[1];
        Assert.Equal(RolloutPhase.Guarding, second.Phase);
        Assert.NotEmpty(stage.Engine.Rollout(second.Id)!.Gates);
        Assert.Equal("1", stage.Engine.Snapshot(Scenes.Environment)!.Previous!.Version);
        await stage.Until(one => one.View().Promoted);
        Assert.Equal("promoted", stage.Engine.Rollout(second.Id)!.Outcome);
        Assert.Equal("2", stage.Engine.Snapshot(Scenes.Environment)!.Previous!.Version);
        Assert.Empty(await stage.Rest());
    }

    [Fact]
    public async Task The_release_before_deployed_again_under_guard_keeps_its_capacity()
    {
        var stage = await FailureTests.Released(Shop);
        var first = stage.State.Live!.Value;
        await To(stage, "promoted");
        await stage.Deploy(Shop, "1");
        await stage.Until(one => one.State.Active is { Phase: RolloutPhase.Baking, Percent: 10 });
        Assert.Equal(2, stage.World.Instances.Count(one => one.Release == first && one.Service.Name.ToString() == "api" && one.StopAt is null));
        Assert.Empty(await stage.Rest());
        Assert.Equal(first, stage.State.Live);
    }

    private static Behaviour Bad(string fault) => fault switch
    {
        "errors" => new() { ErrorRatio = 1 },
        "latency" => new() { Latency = TimeSpan.FromMilliseconds(90) },
        "crash" => new() { EndsAfter = TimeSpan.Zero },
        "lost-dependency" => new() { LosesReadinessAfter = TimeSpan.Zero },
        _ => new() { Memory = 0.99 },
    };

    private static async Task To(Stage stage, string phase)
    {
        var approval = Shop with { Rollout = Shop.Rollout with { Approval = true } };
        await stage.Deploy(phase == "approval" ? approval : Shop, "2");
        switch (phase)
        {
            case "approval":
                await stage.Until(one => one.View() is { Phase: "waiting", Percent: 50 });
                break;
            case "paused":
                await stage.Until(one => one.State.Active is { Phase: RolloutPhase.Baking });
                await stage.Steer(SteerVerb.Pause);
                await stage.Play(TimeSpan.FromSeconds(10));
                break;
            case "proving":
                await stage.Until(one => one.State.Active is { Phase: RolloutPhase.Starting or RolloutPhase.Proving, Step: 2 });
                break;
            case "handing-over":
                await stage.Until(one => one.State.Active is { Phase: RolloutPhase.HandingOver });
                break;
            case "queued-behind":
                await stage.Until(one => one.State.Active is { Phase: RolloutPhase.Baking });
                await stage.Deploy(Shop, "3", queue: true);
                break;
            default:
                await stage.Until(one => one.View().Promoted);
                await stage.Play(TimeSpan.FromSeconds(5));
                if (phase != "promoted")
                    await Behind(stage, phase == "waiting-behind" ? approval : Shop, phase);
                break;
        }
    }

    private static async Task Behind(Stage stage, Application application, string phase)
    {
        if (phase == "building-behind")
            stage.World.Building = new();
        var steps = application.Rollout.Steps.Select(step => step with { Bake = TimeSpan.FromSeconds(15) });
        await stage.Deploy(application with { Rollout = application.Rollout with { Steps = [.. steps] } }, "3");
        await stage.Until(one => one.State.Active is { } active && phase switch
        {
            "building-behind" => active.Phase == RolloutPhase.Building,
            "proving-behind" => active.Phase is RolloutPhase.Starting or RolloutPhase.Proving,
            "waiting-behind" => active is { Phase: RolloutPhase.Waiting, Percent: 50 },
            _ => active is { Phase: RolloutPhase.Baking, Percent: 50 },
        });
        await stage.Play(TimeSpan.FromSeconds(0.5));
    }
}
