using System.Collections.Immutable;
using Slipway.Releases.Gates;
using Slipway.Releases.Ports;
using Slipway.Simulation;

namespace Slipway.Releases.Tests.Gates;

public sealed class GrowthGateTests
{
    private const long LimitMiB = 512;

    [Theory]
    [InlineData(300, 100, Verdict.Fail)]
    [InlineData(190, 100, Verdict.Pass)]
    [InlineData(70, 20, Verdict.Pass)]
    public void Memory_beyond_stables_at_the_same_age_fails_once_it_has_lasted(int mine, int stable, Verdict verdict)
        => Assert.Equal(verdict, Find(Use(20, (_, isCandidate) => isCandidate ? mine : stable), "memory-growth").Verdict);

    [Fact]
    public void A_warm_up_that_stable_has_gone_through_too_is_no_growth()
    {
        var readings = Use(200, (age, isCandidate) => age < 60 ? 300 : 100, candidateAfter: 340);
        Assert.Equal(Verdict.Pass, Find(readings, "memory-growth").Verdict);
    }

    [Fact]
    public void Nothing_is_said_of_memory_where_stables_youth_was_not_seen()
        => Assert.DoesNotContain(Use(40, (_, isCandidate) => isCandidate ? 400 : 50, stableBefore: 600), one => one.Name == "memory-growth");

    [Theory]
    [InlineData(0.9, Verdict.Fail)]
    [InlineData(0.25, Verdict.Pass)]
    public void Processor_time_counts_for_each_request(double cores, Verdict verdict)
    {
        var scene = new MeasuredScene(Scenes.Service("api")) { Traffic = look => (look * 20, look * 60) };
        var readings = scene.Look(60, _ => "", _ => "", (_, one) => one with { StartedAt = MeasuredScene.Began, Usage = new(1 << 20, null, scene.IsCandidate(one) ? cores : 0.6, 4, null) });
        Assert.Equal(verdict, Find(readings, "cpu-growth").Verdict);
    }

    [Theory]
    [InlineData(0.8, 0.3, Verdict.Fail)]
    [InlineData(0.8, 0.7, Verdict.Pass)]
    [InlineData(0.4, 0.1, Verdict.Pass)]
    public void A_database_pool_that_is_much_fuller_than_stables_fails(double mine, double stable, Verdict verdict)
    {
        var scene = new MeasuredScene(Scenes.Service("api"));
        var readings = scene.Look(20, _ => "", _ => "", (_, one) => one with { Usage = new(1 << 20, null, 0, null, scene.IsCandidate(one) ? mine : stable) });
        Assert.Equal(verdict, Find(readings, "pool-growth").Verdict);
    }

    [Fact]
    public void A_leak_is_called_before_the_limit_is_reached()
    {
        var random = new Random(1);
        var found = 0;
        for (var looks = 10; looks < 180 && found == 0; looks += 5)
        {
            var readings = Use(looks, (age, isCandidate) => isCandidate ? 150 + (int)(age * 1.1) + random.Next(-4, 5) : 150);
            found = readings.Any(one => one is { Name: "leak", Verdict: Verdict.Fail }) ? 150 + (int)(looks * 2 * 1.1) : 0;
        }
        Assert.InRange(found, (int)LimitMiB / 2, (int)(LimitMiB * 0.9));
    }

    [Theory]
    [InlineData("warms up")]
    [InlineData("as stable did")]
    [InlineData("saws")]
    [InlineData("too slow")]
    public void What_grows_without_leaking_is_no_leak(string how)
    {
        for (var looks = 30; looks <= 300; looks += 30)
        {
            var readings = Use(looks, (age, isCandidate) => how switch
            {
                "warms up" => isCandidate ? (int)(420 * (1 - Math.Exp(-age / 60.0))) : 150,
                "as stable did" => 150 + (int)(age * 0.5),
                "saws" => isCandidate ? 280 + (age % 60) : 150,
                _ => isCandidate ? 300 + (age / 100) : 150,
            });
            Assert.DoesNotContain(readings, one => one.Name == "leak");
        }
    }

    [Fact]
    public void An_instance_that_its_liveness_probe_restarted_fails_at_once()
    {
        var scene = new MeasuredScene(Scenes.Service("api"));
        var restarted = scene.Look(1, _ => "", _ => "", (_, one) => scene.IsCandidate(one) ? one with { Restarts = 1, ExitCode = 143, Trouble = "failed its liveness probe 3 times in a row" } : one);
        Assert.Equal(Verdict.Fail, Find(restarted, "restarts").Verdict);
    }

    private static GateReading Find(ImmutableArray<GateReading> readings, string gate) => readings.Single(one => one.Name == gate);

    /// <summary>Instances that use so many MiB at their age in seconds; the candidate's begins so much later than stable's.</summary>
    private static ImmutableArray<GateReading> Use(int looks, Func<int, bool, int> memory, int candidateAfter = 0, int stableBefore = 0)
    {
        var scene = new MeasuredScene(Scenes.Service("api"));
        return scene.Look(looks, _ => "", _ => "", (look, one) =>
        {
            var started = MeasuredScene.Began.AddSeconds(scene.IsCandidate(one) ? candidateAfter : -stableBefore);
            var age = (int)(MeasuredScene.Began.AddSeconds(2 * look) - started).TotalSeconds;
            return one with
            {
                StartedAt = started,
                Usage = age < 0 ? null : new Usage((long)memory(age, scene.IsCandidate(one)) << 20, LimitMiB << 20, 0, null, null),
            };
        });
    }
}
