using Slipway.Core.Manifests;
using Slipway.Releases.Tests.Rollouts;
using Slipway.Simulation;

namespace Slipway.Releases.Tests.Simulation;

public sealed class SimulationTests
{
    private static readonly Application Shop = Scenes.Application(
        Scenes.Canary(50, 100),
        Scenes.Service("db", route: null),
        Scenes.Service("api", needs: ["db"]),
        Scenes.Service("worker", ServiceKind.Worker, needs: ["db"], smoke: false),
        Scenes.Service("clock", ServiceKind.Scheduler, replicas: 1, overlap: false));

    private static readonly string[] Faults = ["good", "always-fails", "ends-at-once", "loses-database"];

    public static IEnumerable<int> Steps => Enumerable.Range(0, 150);

    [Theory]
    [MemberData(nameof(EveryStep))]
    public async Task A_crash_after_any_step_still_ends_with_one_live_release(int crashAfter)
    {
        var turn = crashAfter;
        foreach (var strategy in (Strategy[])[Strategy.Canary, Strategy.BlueGreen, Strategy.Recreate])
        {
            var fault = Faults[turn++ % Faults.Length];
            var plan = strategy == Strategy.Canary ? Shop.Rollout : Scenes.Plan(strategy);
            var stage = await Stage.Open(crashAfter, life => life == 0 ? crashAfter : null);
            stage.World.Behaviours["2"] = FailureTests.Named(fault);
            await stage.Deploy(Shop, "1");
            await stage.UntilOver();
            await stage.Deploy(Shop with { Rollout = plan }, "2");
            var wrong = await stage.Rest();
            Assert.True(wrong.Count == 0, $"{strategy}, {fault}: {string.Join('\n', wrong)}\n{stage.Tell()}");
            Assert.Equal(fault == "good" ? "promoted" : stage.View().Outcome == "failed" ? "failed" : "rolled-back", stage.View().Outcome);
            Assert.NotNull(stage.State.Live);
            Assert.True(stage.Lives == 2 || crashAfter > 100, "It was never killed.");
        }
    }

    public static TheoryData<int> EveryStep => [.. Steps];
}
