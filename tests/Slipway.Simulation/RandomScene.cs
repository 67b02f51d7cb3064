using Slipway.Core.Manifests;
using Slipway.Releases;

namespace Slipway.Simulation;

/// <summary>A random application, random faults, random people and random deaths; the same seed plays the same scene.</summary>
internal sealed class RandomScene(int seed)
{
    private static readonly Behaviour[] Behaviours =
    [
        Behaviour.Good, Behaviour.Good, Behaviour.Good,
        new() { NeverReady = true }, new() { EndsAtOnce = true }, new() { SmokeFails = true }, new() { ErrorRatio = 1 }, new() { ErrorRatio = 0.3 },
        new() { BuildFails = true }, new() { Memory = 0.99 },
    ];

    private static readonly Behaviour[] Runs = [new() { JobExit = 1 }, new() { JobExit = null }, new() { JobTime = TimeSpan.FromSeconds(60) }];

    private readonly Random _random = new(seed);

    // What runs once is drawn for itself, so that it changes no scene without.
    private readonly Random _once = new(~seed);

    public async Task<(Stage Stage, IReadOnlyList<string> Wrong)> Play()
    {
        var deaths = _random.Next(4);
        var stage = await Stage.Open(seed, life => life <= deaths ? _random.Next(5, 120) : null);
        new SimulatedJobs(stage).Add(2000);
        _ = new SimulatedSchedule(stage);
        stage.World.RequestRate = _random.Next(3) == 0 ? 5 : 100;
        await stage.Deploy(Application(), "1");
        await stage.UntilOver();
        var wrong = new List<string>();
        for (var release = 2; release <= 3; release++)
        {
            var behaviour = Behaviours[_random.Next(Behaviours.Length)];
            if (_random.Next(4) == 0)
                behaviour = behaviour with { EndsAfter = TimeSpan.FromSeconds(_random.Next(1, 20)) };
            if (_random.Next(6) == 0)
                behaviour = behaviour with { LosesReadinessAfter = TimeSpan.FromSeconds(_random.Next(1, 20)) };
            if (_once.Next(6) == 0)
                behaviour = Runs[_once.Next(Runs.Length)];
            stage.World.Behaviours[$"{release}"] = behaviour;
            var application = Application();
            var steered = await Deploy(stage, application, $"{release}");
            var rest = await stage.Rest();
            wrong.AddRange(rest);
            wrong.AddRange(Judge(stage, behaviour, steered).Select(one => $"{one} ({behaviour})"));
        }
        return (stage, wrong);
    }

    private async Task<bool> Deploy(Stage stage, Application application, string version)
    {
        var before = stage.State.Rollouts.Count;
        await stage.Deploy(application, version);
        var steered = false;
        for (var turn = 0; turn < 600 && stage.State.Rollouts.Skip(before).Any(one => !one.IsOver); turn++)
        {
            // Now and then the gateway or the target cannot be asked for a while.
            stage.World.GatewayAnswers = _random.Next(20) > 0;
            stage.World.TargetAnswers = _random.Next(20) > 0;
            await stage.Play(TimeSpan.FromSeconds(0.5));
            (stage.World.GatewayAnswers, stage.World.TargetAnswers) = (true, true);
            if (stage.State.Current is { PausedAt: not null } && _random.Next(4) == 0)
                await stage.Steer(SteerVerb.Resume);
            else if (stage.State.Current is { Phase: Releases.Rollouts.RolloutPhase.Waiting })
                await stage.Steer(SteerVerb.Approve);
            else if (_random.Next(40) == 0)
            {
                var verb = (SteerVerb)_random.Next(5);
                steered |= verb is SteerVerb.Abort && await stage.Steer(verb) is CommandAnswer.Accepted;
                if (verb != SteerVerb.Abort)
                    await stage.Steer(verb);
            }
        }
        return steered;
    }

    private static IEnumerable<string> Judge(Stage stage, Behaviour behaviour, bool steered)
    {
        var view = stage.View();
        if (steered || view.Outcome == "aborted")
            yield break;
        if (behaviour == Behaviour.Good && view.Outcome != "promoted")
            yield return $"A good release ended as {view.Outcome}.";
        var seen = behaviour.NeverReady || behaviour.EndsAtOnce || behaviour.BuildFails || behaviour.Memory is not null;
        if (seen && view.Outcome == "promoted")
            yield return "A bad release was promoted.";
    }

    private Application Application()
    {
        var services = new List<Service> { Scenes.Service("api", replicas: _random.Next(1, 4)) };
        if (_random.Next(2) == 0)
            services.Insert(0, Scenes.Service("store", replicas: _random.Next(1, 3), route: null));
        if (_random.Next(2) == 0)
            services.Add(Scenes.Service("web", ServiceKind.Web, needs: ["api"], smoke: _random.Next(2) == 0));
        if (_random.Next(2) == 0)
            services.Add(Scenes.Service("worker", ServiceKind.Worker, needs: services[0].Name.ToString() == "store" ? ["store"] : []));
        if (_random.Next(2) == 0)
            services.Add(Scenes.Service("clock", ServiceKind.Scheduler, replicas: 1, overlap: false));
        if (_once.Next(3) == 0)
            services[0] = Scenes.Migrating(services[0]);
        if (_once.Next(3) == 0)
            services.Add(Scenes.Job("report"));
        var plan = _random.Next(4) switch
        {
            0 => Scenes.Plan(Strategy.BlueGreen),
            1 => Scenes.Plan(Strategy.Rolling),
            2 => Scenes.Plan(Strategy.Recreate),
            _ => Scenes.Canary(_random.Next(1, 40), _random.Next(40, 99), 100),
        };
        plan = plan with { Approval = _random.Next(4) == 0, Steps = [.. plan.Steps.Select(step => step with { Bake = TimeSpan.FromSeconds(_random.Next(3)) })] };
        return Scenes.Application(plan, [.. services]) with
        {
            Guard = TimeSpan.FromSeconds(_random.Next(4)),
            Gates = Scenes.Gates with { WhenInconclusive = (InconclusiveAction)_random.Next(2), InconclusiveDeadline = TimeSpan.FromSeconds(4) },
        };
    }
}
