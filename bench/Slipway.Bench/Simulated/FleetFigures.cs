using System.Diagnostics;
using Slipway.Core.Manifests;
using Slipway.Releases;
using Slipway.Releases.Journals;
using Slipway.Releases.Rollouts;
using Slipway.Simulation;

namespace Slipway.Bench.Simulated;

/// <summary>What one pass of the engine costs over environments of many services: it must stay in proportion to what it looks at.</summary>
internal static class FleetFigures
{
    private const int InstancesOfEach = 5;

    /// <summary>Measures passes in the midst of a blue-green bake, when both releases run whole and every gate is read.</summary>
    public static async Task<IReadOnlyList<Figure>> Measure(bool quick, Action<string> progress, CancellationToken stop)
    {
        int[] sizes = [100, 300, 1000];
        List<(int Instances, double Milliseconds)> costs = [];
        progress("  services  instances  pass median    pass p99   per instance");
        foreach (var services in sizes)
        {
            var (instances, passes) = await Passes(services, quick ? 40 : 200, stop);
            costs.Add((instances, passes.Median));
            progress($"  {services,8}  {instances,9}  {passes.Median,8:0.00} ms {passes.Quantile(0.99),8:0.00} ms  {passes.Median * 1000 / instances,9:0.00} us");
            if (services == sizes[^1])
            {
                passes.Save();
                return
                [
                    Figure.Exactly("a fleet: simulated instances", instances, "", sizes[^1] * InstancesOfEach * 2),
                    Figure.AtMost("a fleet of 10,000 instances, 1,000 services: one decision pass", passes.Median, "ms", 100),
                    Figure.AtMost("a fleet: exponent of a pass' cost over its instances", Exponent(costs), "", 1.2),
                ];
            }
        }
        return [];
    }

    private static async Task<(int Instances, Samples Passes)> Passes(int services, int count, CancellationToken stop)
    {
        var clock = new HandClock();
        var fleet = new Fleet(clock);
        var rest = new SimulatedPorts(new(clock, 1), new(null));
        var journal = Journal.Over(new MemoryEventStore(() => { }), clock);
        await using var engine = new ReleaseEngine(new(fleet, fleet, rest, rest, () => 1L << 30), journal, clock, _ => { }) { ByHand = true };
        await engine.Start(stop);
        var plan = Scenes.Plan(Strategy.BlueGreen) with { Steps = [new(50, TimeSpan.FromHours(1), false)] };
        var application = Scenes.Application(plan, [.. Enumerable.Range(1, services).Select(Service)]) with { Guard = TimeSpan.Zero };
        for (var release = 1; release <= 2; release++)
        {
            await engine.Deploy(Scenes.Deploy(application, $"{release}"), stop);
            var runner = engine.Runners.Single();
            while (runner.State.Rollouts[^1].Phase is not (RolloutPhase.Done or RolloutPhase.Baking))
            {
                await runner.Pass(stop);
                clock.Advance(TimeSpan.FromMilliseconds(100));
            }
        }
        var passes = new Samples($"fleet-pass-{services}");
        for (var pass = 0; pass < count; pass++)
        {
            clock.Advance(TimeSpan.FromMilliseconds(100));
            var began = Stopwatch.GetTimestamp();
            await engine.Runners.Single().Pass(stop);
            if (pass >= count / 4)
                passes.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        return (fleet.Instances, passes);
    }

    private static Service Service(int number)
        => Scenes.Service($"s{number}", replicas: InstancesOfEach, needs: number % 10 == 1 ? [] : [$"s{number - 1}"]);

    // The slope of a straight line through the logarithms, by least squares.
    private static double Exponent(List<(int Instances, double Milliseconds)> costs)
    {
        var points = costs.ConvertAll(one => (X: Math.Log(one.Instances), Y: Math.Log(one.Milliseconds)));
        var (x, y) = (points.Average(one => one.X), points.Average(one => one.Y));
        return points.Sum(one => (one.X - x) * (one.Y - y)) / points.Sum(one => (one.X - x) * (one.X - x));
    }
}
