using System.Diagnostics;
using Slipway.Releases.Journals;
using Slipway.Releases.Tests.Journals;
using Slipway.Simulation;

namespace Slipway.Releases.Tests.Rollouts;

public sealed class OwnTimeTests
{
    [Fact]
    public async Task A_rollout_itself_with_its_journal_on_disk_takes_less_than_300_ms()
    {
        using var home = new JournalHome();
        var world = new World(new(), 1) { StartTime = TimeSpan.Zero, RequestRate = 0 };
        var ports = new SimulatedPorts(world, new(null));
        var plan = Scenes.Canary(10, 50, 100);
        var shop = Scenes.Application(
            plan with { Steps = [.. plan.Steps.Select(step => step with { Bake = TimeSpan.Zero })] },
            Scenes.Service("api"), Scenes.Service("worker", Core.Manifests.ServiceKind.Worker), Scenes.Service("clock", Core.Manifests.ServiceKind.Scheduler, replicas: 1, overlap: false));
        await using (var journal = Journal.Open(home.Folder, world.Clock))
        await using (var engine = new ReleaseEngine(new(ports, ports, ports, ports, () => 1L << 40), journal, world.Clock, _ => { }) { ByHand = true })
        {
            await engine.Start(default);
            var best = TimeSpan.MaxValue;
            for (var version = 1; version <= 6; version++)
            {
                await engine.Deploy(Scenes.Deploy(shop, $"{version}"), default);
                var own = new Stopwatch();
                for (var tick = 0; tick < 200 && !engine.History(Scenes.Environment, 1)[0].Promoted; tick++)
                {
                    own.Start();
                    await engine.Runners.Single().Pass(default);
                    own.Stop();
                    world.Advance(TimeSpan.FromMilliseconds(100));
                }
                Assert.True(engine.History(Scenes.Environment, 1)[0].Promoted);
                if (version > 1 && own.Elapsed < best)
                    best = own.Elapsed;
            }
            // The best of five: on a busy machine the others measure the neighbours.
            Assert.InRange(best, TimeSpan.Zero, TimeSpan.FromMilliseconds(300));
            TestContext.Current.TestOutputHelper?.WriteLine($"own time {best.TotalMilliseconds:0} ms");
        }

    }
}
