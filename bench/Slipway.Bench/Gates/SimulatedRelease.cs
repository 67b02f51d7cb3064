using Slipway.Core.Manifests;
using Slipway.Releases.Journals;
using Slipway.Releases.Rollouts;
using Slipway.Simulation;

namespace Slipway.Bench.Gates;

/// <summary>What a simulated release is like: its users, stable, and what the candidate turns into.</summary>
internal sealed record SimulatedCase
{
    /// <summary>A release that keeps its objective, with latencies as web services have them.</summary>
    public static Behaviour Steady { get; } = new() { ErrorRatio = 0.001, Latency = TimeSpan.FromMilliseconds(40), Shape = new(0.6, 0.01) };

    /// <summary>By it everything is repeated.</summary>
    public required int Seed { get; init; }

    /// <summary>Requests a second of the whole service, at a time since the candidate's first traffic.</summary>
    public required Func<Random, Func<TimeSpan, double>> Rate { get; init; }

    /// <summary>How both releases are when nothing is wrong.</summary>
    public Behaviour Usual { get; init; } = new() { ErrorRatio = 0.001 };

    /// <summary>How the candidate is from the start; null for as usual.</summary>
    public Behaviour? Candidate { get; init; }

    /// <summary>What goes wrong, and when, since the candidate's first traffic; null for nothing.</summary>
    public (TimeSpan At, Action<World> Begin)? Fault { get; init; }

    /// <summary>Told every moment, with the time since the candidate's first traffic.</summary>
    public Action<World, TimeSpan>? Weather { get; init; }

    /// <summary>The time between two looks of the engine.</summary>
    public TimeSpan Moment { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Until when it is watched, since the candidate's first traffic.</summary>
    public TimeSpan Watched { get; init; } = TimeSpan.FromMinutes(20);

    public RolloutPlan Plan { get; init; } = Canary(30, 10, 50, 100);

    public TimeSpan Guard { get; init; } = TimeSpan.FromSeconds(60);

    public static RolloutPlan Canary(int bakeSeconds, params int[] steps) => Scenes.Plan(Strategy.Canary) with
    {
        Steps = [.. steps.Select(percent => new RolloutStep(percent, TimeSpan.FromSeconds(bakeSeconds), false))],
        StartDeadline = TimeSpan.FromMinutes(2),
        ApprovalDeadline = TimeSpan.FromHours(1),
    };
}

/// <summary>How a simulated release went.</summary>
/// <param name="Restored">From the fault to all traffic back with stable; null when that never was.</param>
/// <param name="Undone">From the fault to the decision to undo; null when there was none.</param>
/// <param name="Failed">Answers of the candidate that failed after the fault.</param>
/// <param name="Withdrawn">How often its traffic was taken back on a suspicion.</param>
/// <param name="Held">Whether the rollout held for a fault that both releases shared.</param>
/// <param name="Promoted">Whether it was promoted, and stayed so.</param>
/// <param name="Why">Why it was undone.</param>
internal sealed record SimulatedOutcome(TimeSpan? Restored, TimeSpan? Undone, long Failed, int Withdrawn, bool Held, bool Promoted, string? Why);

/// <summary>Plays one release through the real engine in the simulated world.</summary>
internal static class SimulatedRelease
{
    /// <summary>The gates of a manifest that says nothing of them, but that nobody is there to be asked.</summary>
    public static GatePlan Gates { get; } = Said("app: shop\nservices: { api: { run: ./api } }\nenvironments: { staging: {} }") with
    {
        WhenInconclusive = InconclusiveAction.Proceed,
    };

    public static async Task<SimulatedOutcome> Play(SimulatedCase about)
    {
        var stage = await Stage.Open(about.Seed);
        var (world, random) = (stage.World, new Random(about.Seed));
        var shop = Scenes.Application(about.Plan, Scenes.Service("api")) with { Gates = Gates, Guard = TimeSpan.Zero };
        var rate = about.Rate(random);
        world.Behaviours["1"] = about.Usual;
        world.Behaviours["2"] = about.Candidate ?? about.Usual;
        world.Arrivals = _ => rate(TimeSpan.Zero);
        await stage.Deploy(shop, "1");
        await stage.UntilOver();
        // Stable has lived in this weather before anybody thought of a release.
        stage.Moment = TimeSpan.FromSeconds(1);
        for (var second = 0; second < 120; second++)
        {
            about.Weather?.Invoke(world, TimeSpan.FromSeconds(second - 3600));
            await stage.Play(stage.Moment);
        }
        stage.Moment = about.Moment;
        await stage.Deploy(shop with { Guard = about.Guard }, "2");
        await stage.Until(one => one.State.Rollouts[^1] is { TrafficSince: not null, Stable: not null });
        return await Watch(stage, about, rate);
    }

    private static async Task<SimulatedOutcome> Watch(Stage stage, SimulatedCase about, Func<TimeSpan, double> rate)
    {
        var (world, began) = (stage.World, stage.World.Clock.GetUtcNow());
        world.Arrivals = now => rate(now - began);
        DateTimeOffset? fault = null;
        DateTimeOffset? restored = null;
        var (failed, held) = (0L, false);
        world.Answered = (release, bad) => failed += bad && fault is not null && world.Versions[release] == "2" ? 1 : 0;
        while (stage.State.Current is { IsOver: false } rollout && world.Clock.GetUtcNow() - began < about.Watched)
        {
            var since = world.Clock.GetUtcNow() - began;
            if (fault is null && about.Fault is { } what && since >= what.At)
            {
                fault = world.Clock.GetUtcNow();
                what.Begin(world);
            }
            about.Weather?.Invoke(world, since);
            await stage.Play(stage.Moment);
            held |= rollout.Waiting == WaitCause.SharedFault;
            if (fault is not null && restored is null && world.Table!.Services[0].Releases.All(one => world.Versions[one.Release] != "2" || one.Weight == 0))
                restored = world.Clock.GetUtcNow();
        }
        var last = stage.State.Rollouts[^1];
        var undone = stage.Journal.Records(0).FirstOrDefault(one => one.Rollout == last.Id && one.Event is RollBackBegun)?.At;
        return new(restored - fault, undone - (fault ?? began), failed,
            stage.Journal.Records(0).Count(one => one.Rollout == last.Id && one.Event is TrafficWithdrawn), held, last.Promoted, last.Failure?.Reason);
    }

    private static GatePlan Said(string manifest)
    {
        List<Diagnostic> faults = [];
        return ManifestReader.Read("slipway.yaml", manifest, faults)?.Resolve(Scenes.Environment, new Dictionary<string, string>(), faults)?.Gates
            ?? throw new InvalidOperationException(string.Join('\n', faults));
    }
}
