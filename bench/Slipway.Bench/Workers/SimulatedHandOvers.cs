using Slipway.Core.Manifests;
using Slipway.Releases;
using Slipway.Simulation;

namespace Slipway.Bench.Workers;

/// <summary>Hand-overs of a scheduler in the simulated world: virtual time, a tick every 100 ms, a control plane that dies again and again.</summary>
internal static class SimulatedHandOvers
{
    private static readonly Behaviour[] Candidates =
        [Behaviour.Good, Behaviour.Good, new() { NeverReady = true }, new() { EndsAtOnce = true }, new() { EndsAfter = TimeSpan.FromSeconds(3) }];

    public static async Task<IReadOnlyList<Figure>> Measure(int handOvers, CancellationToken stop)
    {
        var (due, twice, lost, count, kills, seed) = (0L, 0, 0L, 0, 0, 0);
        var wrong = new List<string>();
        while (count < handOvers && seed < handOvers && !stop.IsCancellationRequested)
        {
            seed++;
            var random = new Random(seed);
            var stage = await Stage.Open(seed, _ => random.Next(3) == 0 ? random.Next(20, 200) : null);
            var schedule = new SimulatedSchedule(stage);
            stage.World.RequestRate = 0;
            for (var version = 1; version <= 8; version++)
                await Release(stage, version, version == 1 ? Behaviour.Good : Candidates[random.Next(Candidates.Length)], random);
            // One that works comes at last; what it does not catch up is lost for good.
            stage.World.Behaviours["9"] = Behaviour.Good;
            await stage.Deploy(Application(Scenes.Plan(Strategy.BlueGreen)), "9");
            await stage.UntilOver();
            await stage.Play(TimeSpan.FromSeconds(2));
            wrong.AddRange(stage.World.Violations.Select(one => $"seed {seed}: {one}"));
            // What is due in the present moment may still be made.
            var last = schedule.Due - 2;
            due += last;
            twice += schedule.Made.Values.Count(times => times > 1);
            lost += Enumerable.Range(0, (int)last).Count(tick => !schedule.Made.ContainsKey(tick));
            count += schedule.HandOvers;
            kills += stage.Lives - 1;
        }
        return
        [
            Figure.AtLeast("hand-overs of a scheduler, simulated", count, "hand-overs", handOvers, $"{kills} deaths of the control plane, {seed} seeds"),
            Figure.Exactly($"ticks lost over {count} simulated hand-overs, of {due}", lost, "ticks", 0),
            Figure.Exactly($"ticks made twice over {count} simulated hand-overs", twice, "ticks", 0),
            Figure.Exactly("two schedulers at once, or a token that did not rise, simulated", wrong.Count, "times", 0, wrong.FirstOrDefault()),
        ];
    }

    private static async Task Release(Stage stage, int version, Behaviour behaviour, Random random)
    {
        var plan = Scenes.Plan((Strategy)random.Next(4));
        plan = plan with { Steps = [.. plan.Steps.Select(step => step with { Bake = TimeSpan.FromSeconds(random.Next(2)) })] };
        stage.World.Behaviours[$"{version}"] = behaviour;
        await stage.Deploy(Application(plan) with { Guard = TimeSpan.FromSeconds(random.Next(3)) }, $"{version}");
        if (random.Next(4) == 0)
        {
            await stage.Play(TimeSpan.FromSeconds(random.NextDouble() * 4));
            await stage.Steer(SteerVerb.Abort);
        }
        await stage.UntilOver();
        await stage.Play(TimeSpan.FromSeconds(2));
    }

    private static Application Application(RolloutPlan plan)
        // Nobody is there to close a circuit.
        => Scenes.Application(plan with { Circuit = new(0, TimeSpan.FromHours(1)) }, Scenes.Service("clock", ServiceKind.Scheduler, replicas: 1, overlap: false));
}
