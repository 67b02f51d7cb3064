using System.Collections.Immutable;
using Slipway.Core.Manifests;

namespace Slipway.Simulation.Scripts;

/// <summary>A release as a script tells it.</summary>
internal sealed record ScriptedRelease
{
    public required string Version { get; init; }

    public required ImmutableArray<ScriptedService> Services { get; init; }

    public Strategy Strategy { get; init; } = Strategy.Canary;

    /// <summary>The shares of a canary, in percent.</summary>
    public ImmutableArray<int> Steps { get; init; } = [100];

    public double BakeSeconds { get; init; }

    public bool Approval { get; init; }

    public double GuardSeconds { get; init; }

    public InconclusiveAction WhenInconclusive { get; init; } = InconclusiveAction.Proceed;

    /// <summary>How its instances behave.</summary>
    public Behaviour Behaviour { get; init; } = Behaviour.Good;

    /// <summary>How much there is of it.</summary>
    public int Size => Services.Sum(one => 1 + one.Replicas) + Steps.Length + (Behaviour.IsGood ? 0 : 1);

    /// <summary>The application of which it is a version.</summary>
    public Application Application()
    {
        var bake = TimeSpan.FromSeconds(BakeSeconds);
        var plan = Scenes.Plan(Strategy) with
        {
            Steps = [.. (Strategy == Strategy.Canary ? Steps : [100]).Select(percent => new RolloutStep(percent, bake, false))],
            Approval = Approval,
            ApprovalDeadline = TimeSpan.FromSeconds(30),
            StartDeadline = TimeSpan.FromSeconds(10),
        };
        return Scenes.Application(plan, [.. Services.Select(one => one.Service())]) with
        {
            Guard = TimeSpan.FromSeconds(GuardSeconds),
            Gates = Scenes.Gates with { WhenInconclusive = WhenInconclusive, InconclusiveDeadline = TimeSpan.FromSeconds(4) },
        };
    }
}

/// <summary>A service as a script tells it.</summary>
internal sealed record ScriptedService(string Name, ServiceKind Kind, int Replicas)
{
    public ImmutableArray<string> Needs { get; init; } = [];

    public bool Overlap { get; init; } = true;

    public bool Smoke { get; init; }

    public bool Routed { get; init; }

    /// <summary>Whether its data is migrated before it starts.</summary>
    public bool Migrates { get; init; }

    public Service Service()
    {
        if (Kind == ServiceKind.Job)
            return Scenes.Job(Name);
        var service = Scenes.Service(Name, Kind, Replicas, [.. Needs], Overlap, Smoke, Routed ? "" : null);
        return Migrates ? Scenes.Migrating(service) : service;
    }
}
