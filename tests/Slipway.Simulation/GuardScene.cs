using Slipway.Core.Manifests;
using Slipway.Releases.Rollouts;

namespace Slipway.Simulation;

/// <summary>A release that turns bad some time after its promotion, or an outage that both releases share; the same seed plays the same scene.</summary>
internal sealed class GuardScene(int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>How the fault went.</summary>
    /// <param name="Undone">From its onset until all traffic was with the release before; null when it was not undone.</param>
    /// <param name="Fault">What it was.</param>
    /// <param name="Wrong">What was wrong when all was at rest.</param>
    /// <param name="Tell">What happened.</param>
    public sealed record Result(TimeSpan? Undone, string Fault, IReadOnlyList<string> Wrong, string Tell);

    /// <summary>A fault of the promoted release.</summary>
    /// <param name="after">How long after its promotion.</param>
    public async Task<Result> PlayFault(TimeSpan after)
    {
        var stage = await Live(after * 1.5 + TimeSpan.FromMinutes(1));
        await stage.Deploy(Application(after * 1.5 + TimeSpan.FromMinutes(1)), "2");
        await stage.Until(one => one.View().Promoted);
        await stage.Skip(after);
        var fault = Fault();
        stage.World.Behaviours["2"] = fault;
        var began = stage.World.Clock.GetUtcNow();
        try
        {
            await stage.Until(one => one.IsBack(1), 120);
        }
        catch (TimeoutException late)
        {
            return new(null, fault.ToString(), [], late.Message);
        }
        var took = stage.World.Clock.GetUtcNow() - began;
        return new(took, fault.ToString(), await stage.Rest(), stage.Tell());
    }

    /// <summary>An outage of something that both releases need; <see cref="Result.Undone"/> is null when nobody was undone, as it should be.</summary>
    /// <param name="promoted">Whether it comes under guard, else in a bake.</param>
    public async Task<Result> PlayOutage(bool promoted)
    {
        var guard = TimeSpan.FromMinutes(2);
        var stage = await Live(guard);
        var application = Application(guard) with { Rollout = Scenes.Canary(_random.Next(10, 50), 100) };
        if (!promoted)
            application = application with { Rollout = application.Rollout with { Steps = [.. application.Rollout.Steps.Select(step => step with { Bake = TimeSpan.FromSeconds(15) })] } };
        await stage.Deploy(application, "2");
        await stage.Until(one => promoted ? one.View().Promoted : one.State.Active is { Phase: RolloutPhase.Baking, Percent: > 0 });
        await stage.Play(TimeSpan.FromSeconds(1 + (_random.NextDouble() * 12)));
        stage.World.Shared = Outage();
        var fault = stage.World.Shared.ToString();
        await stage.Play(TimeSpan.FromSeconds(_random.Next(2, 60)));
        stage.World.Shared = null;
        await stage.Until(one => one.State.Rollouts.All(rollout => rollout.IsOver || rollout.UndoneAt is not null), 900);
        var undone = stage.State.Rollouts[1].UndoneAt is { } at ? at - stage.World.Clock.GetUtcNow() : (TimeSpan?)null;
        return new(undone, fault, await stage.Rest(), stage.Tell());
    }

    private async Task<Stage> Live(TimeSpan guard)
    {
        var stage = await Stage.Open(seed);
        stage.World.RequestRate = _random.Next(40, 200);
        await stage.Deploy(Application(guard), "1");
        await stage.UntilOver();
        await stage.Play(TimeSpan.FromSeconds(5));
        return stage;
    }

    private Application Application(TimeSpan guard)
    {
        var services = new List<Service> { Scenes.Service("api", replicas: _random.Next(1, 4)), Scenes.Service("worker", ServiceKind.Worker, smoke: false) };
        if (_random.Next(2) == 0)
            services.Add(Scenes.Service("clock", ServiceKind.Scheduler, replicas: 1, overlap: false));
        var plan = _random.Next(3) switch
        {
            0 => Scenes.Plan(Strategy.BlueGreen),
            1 => Scenes.Plan(Strategy.Rolling),
            _ => Scenes.Canary(10, 50, 100),
        };
        return Scenes.Application(plan, [.. services]) with { Guard = guard };
    }

    private Behaviour Fault() => _random.Next(6) switch
    {
        0 => new() { EndsAfter = TimeSpan.Zero, Service = "api" },
        1 => new() { LosesReadinessAfter = TimeSpan.Zero, NoticesWithin = TimeSpan.FromSeconds(2), Service = "api" },
        2 => new() { Memory = 0.98, Service = _random.Next(2) == 0 ? "api" : "worker" },
        3 => new() { EndsAfter = TimeSpan.Zero, Service = "worker" },
        _ => new() { ErrorRatio = 0.2 + (_random.NextDouble() * 0.8), Service = "api" },
    };

    // A readiness probe that asks the dependency notices, each instance in its turn; a smoke check that needs it fails.
    private Behaviour Outage() => _random.Next(3) switch
    {
        0 => new() { ErrorRatio = 0.3 + (_random.NextDouble() * 0.7), SmokeFails = true },
        1 => new() { ErrorRatio = 0.3 + (_random.NextDouble() * 0.7), SmokeFails = true, LosesReadinessAfter = TimeSpan.Zero, NoticesWithin = TimeSpan.FromSeconds(3) },
        _ => new() { LosesReadinessAfter = TimeSpan.Zero, NoticesWithin = TimeSpan.FromSeconds(3), SmokeFails = true },
    };
}
