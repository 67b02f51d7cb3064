using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Releases;

namespace Slipway.Simulation.Scripts;

/// <summary>Draws a random script: a random application, random faults, random people and random deaths.</summary>
internal sealed class ScriptDraw
{
    private static readonly Behaviour[] Behaviours =
    [
        Behaviour.Good, Behaviour.Good, Behaviour.Good,
        new() { NeverReady = true }, new() { EndsAtOnce = true }, new() { SmokeFails = true }, new() { ErrorRatio = 1 }, new() { ErrorRatio = 0.3 },
        new() { BuildFails = true }, new() { Memory = 0.99 }, new() { Latency = TimeSpan.FromMilliseconds(60) },
        new() { LiesReadyFor = TimeSpan.FromSeconds(3) }, new() { FlapsEvery = TimeSpan.FromSeconds(1.3) },
    ];

    private static readonly Behaviour[] Runs = [new() { JobExit = 1 }, new() { JobExit = null }, new() { JobTime = TimeSpan.FromSeconds(60) }];

    private readonly Random _random;

    // What runs once is drawn for itself, so that it changes no script without.
    private readonly Random _once;
    private readonly int _seed;

    private ScriptDraw(int seed) => (_seed, _random, _once) = (seed, new(seed), new(~seed));

    /// <summary>The script of a seed; the same seed always gives the same.</summary>
    public static Script Of(int seed) => new ScriptDraw(seed).Draw();

    private Script Draw()
    {
        var releases = ImmutableArray.CreateBuilder<ScriptedRelease>();
        for (var version = 1; version <= 3; version++)
            releases.Add(Release($"{version}", version == 1 ? Behaviour.Good : RandomBehaviour()));
        var end = Deploys(out var moves);
        for (var more = _random.Next(6); more > 0; more--)
            moves.Add(Person(Time(end)));
        for (var more = _random.Next(4); more > 0; more--)
            moves.Add(Mishap(Time(end)));
        return new()
        {
            Seed = _seed,
            RequestRate = (double[])[5, 20, 50] is var rates ? rates[_random.Next(3)] : 0,
            Releases = releases.ToImmutable(),
            Moves = [.. moves.OrderBy(move => move.At)],
            Kills = Numbers(_random.Next(4), () => _random.Next(3, 120)),
            Twice = [.. Numbers(_random.Next(3), () => _random.Next(1, 60)).Order()],
            Late = Numbers(_random.Next(4), () => Time(3)),
        };
    }

    // Most begin with a release in peace; then others come, one after the other or in a queue.
    private double Deploys(out List<Move> moves)
    {
        moves = [new Move.Deploy(0, "1")];
        var at = 0.0;
        for (var more = _random.Next(1, 4); more > 0; more--)
        {
            at += 3 + Time(20);
            moves.Add(new Move.Deploy(at, $"{_random.Next(1, 4)}", Queue: _random.Next(2) == 0));
        }
        if (_random.Next(10) == 0)
            moves.Add(new Move.Down(Time(at + 10)));
        return at + 12;
    }

    private Move Person(double at) => _random.Next(8) switch
    {
        0 => new Move.GoBack(at),
        var verb => new Move.Steer(at, (SteerVerb)(verb % 5)),
    };

    private Move Mishap(double at) => _random.Next(6) switch
    {
        0 => new Move.Stall(at, Time(8)),
        1 => new Move.ClockJump(at, Time(20) - 5),
        var peer => new Move.Outage(at, Time(6), (Peer)(peer % 3)),
    };

    private Behaviour RandomBehaviour()
    {
        var behaviour = Behaviours[_random.Next(Behaviours.Length)];
        if (_once.Next(6) == 0)
            behaviour = Runs[_once.Next(Runs.Length)];
        if (_random.Next(4) == 0)
            behaviour = behaviour with { EndsAfter = TimeSpan.FromSeconds(_random.Next(1, 20)) };
        return _random.Next(6) == 0 ? behaviour with { LosesReadinessAfter = TimeSpan.FromSeconds(_random.Next(1, 20)) } : behaviour;
    }

    private ScriptedRelease Release(string version, Behaviour behaviour) => new()
    {
        Version = version,
        Services = Services(),
        Strategy = (Strategy)_random.Next(4),
        Steps = [_random.Next(1, 40), _random.Next(40, 99), 100],
        BakeSeconds = _random.Next(3),
        GuardSeconds = _random.Next(4),
        Approval = _random.Next(5) == 0,
        WhenInconclusive = (InconclusiveAction)_random.Next(3),
        Behaviour = behaviour,
    };

    private ImmutableArray<ScriptedService> Services()
    {
        var services = ImmutableArray.CreateBuilder<ScriptedService>();
        if (_random.Next(2) == 0)
            services.Add(new("store", ServiceKind.Api, _random.Next(1, 3)) { Smoke = true });
        ImmutableArray<string> needs = services.Count > 0 ? ["store"] : [];
        services.Add(new("api", ServiceKind.Api, _random.Next(1, 4)) { Needs = needs, Smoke = true, Routed = true });
        if (_random.Next(2) == 0)
            services.Add(new("web", ServiceKind.Web, 2) { Needs = ["api"], Smoke = _random.Next(2) == 0, Routed = true });
        if (_random.Next(2) == 0)
            services.Add(new("worker", ServiceKind.Worker, 2) { Needs = needs });
        if (_random.Next(2) == 0)
            services.Add(new("clock", ServiceKind.Scheduler, 1) { Overlap = false });
        if (_once.Next(3) == 0)
            services[0] = services[0] with { Migrates = true };
        if (_once.Next(3) == 0)
            services.Add(new("report", ServiceKind.Job, 1));
        return services.ToImmutable();
    }

    private double Time(double most) => Math.Round(_random.NextDouble() * most, 1);

    private static ImmutableArray<T> Numbers<T>(int count, Func<T> next) => [.. Enumerable.Range(0, count).Select(_ => next())];
}
