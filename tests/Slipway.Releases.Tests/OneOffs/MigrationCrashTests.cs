using Slipway.Core.Manifests;
using Slipway.Releases.Rollouts;
using Slipway.Simulation;

namespace Slipway.Releases.Tests.OneOffs;

public sealed class MigrationCrashTests
{
    private static readonly Application Shop = Scenes.Application(
        Scenes.Canary(50, 100),
        Scenes.Migrating(Scenes.Service("api")) with { Seeds = [new(new(["seed"]), JobPlan.Default)] },
        Scenes.Migrating(Scenes.Service("worker", ServiceKind.Worker, smoke: false)),
        Scenes.Job("report", needs: ["api"]));

    private static readonly Behaviour[] Faults =
    [
        Behaviour.Good,
        new() { Service = "worker-migrate", JobExit = 2 },
        new() { Service = "api-migrate", JobTime = TimeSpan.FromSeconds(1000) },
        new() { Service = "report", JobExit = null },
    ];

    public static TheoryData<int> Steps => [.. Enumerable.Range(0, 90)];

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task A_crash_after_any_step_runs_nothing_twice_and_nothing_at_once(int crashAfter)
    {
        foreach (var fault in (Behaviour[])[Faults[crashAfter % Faults.Length], Faults[(crashAfter + 1) % Faults.Length]])
        {
            var stage = await Stage.Open(crashAfter, life => life == 1 ? crashAfter : null);
            await stage.Deploy(Shop, "1");
            await stage.UntilOver();
            await stage.Kill();
            stage.World.Behaviours["2"] = fault;
            await stage.Deploy(Shop, "2");
            var wrong = await stage.Rest();
            Assert.True(wrong.Count == 0, $"{fault}: {string.Join('\n', wrong)}\n{stage.Tell()}");
            Assert.True(stage.Lives == 3 || crashAfter > 45, "It was never killed.");
            Assert.Equal(fault == Behaviour.Good ? "promoted" : "failed", stage.View().Outcome);
        }
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task A_crash_after_any_step_of_an_incompatible_migration_ends_live_or_held(int crashAfter)
    {
        Behaviour[] faults = [Behaviour.Good, new() { Service = "api", SmokeFails = true }, new() { Service = "api-migrate", JobExit = 1 }];
        var fault = faults[crashAfter % faults.Length];
        var breaking = Scenes.Application(Scenes.Plan(Strategy.Recreate), Scenes.Migrating(Scenes.Service("api"), compatible: false));
        var stage = await Stage.Open(crashAfter, life => life == 1 ? crashAfter : null);
        await stage.Deploy(breaking, "1");
        await stage.UntilOver();
        await stage.Kill();
        var first = stage.State.Live;
        stage.World.Behaviours["2"] = fault;
        await stage.Deploy(breaking, "2");
        await stage.Until(one => one.State.Active is { Waiting: WaitCause.Migration });
        await stage.Steer(SteerVerb.Approve);
        if (fault.SmokeFails)
        {
            await stage.Until(one => one.State.Active is { Stuck: not null });
            await stage.Deploy(breaking, "3");
            await stage.Until(one => one.State.Active is { Waiting: WaitCause.Migration });
            await stage.Steer(SteerVerb.Approve);
        }
        var wrong = await stage.Rest();
        Assert.True(wrong.Count == 0, $"{fault}: {string.Join('\n', wrong)}\n{stage.Tell()}");
        Assert.Equal(fault.JobExit == 1 ? "failed" : "promoted", stage.View().Outcome);
        Assert.Equal(fault.JobExit == 1, stage.State.Live == first);
    }
}
