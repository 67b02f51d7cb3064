using System.Collections.Immutable;
using Slipway.Core.Routing;
using Slipway.Core.Settings;
using Slipway.Releases.Ports;
using Slipway.Releases.Rollouts;

namespace Slipway.Releases.Drift;

/// <summary>One look at an environment: what the journal says beside what a close look at the world shows.</summary>
internal sealed record DriftLook
{
    /// <summary>What the journal says.</summary>
    public required EnvironmentState State { get; init; }

    /// <summary>What is watched all the time.</summary>
    public required Observation Seen { get; init; }

    /// <summary>Whether nothing moves, so that instances can be counted: no rollout, nothing being replaced, nothing waiting to be done.</summary>
    public required bool AtRest { get; init; }

    /// <summary>The variables that the release gives each workload, secrets in the clear.</summary>
    public required ImmutableDictionary<WorkloadKey, ImmutableSortedDictionary<string, string>> Variables { get; init; }

    /// <summary>The table that every gateway had confirmed all the while; null when there was none, or it changed in between.</summary>
    public RouteTable? Table { get; init; }

    /// <summary>Whether there is traffic to carry.</summary>
    public bool IsRouted => !DesiredShares.Of(State, Desired.Mover(State)).IsEmpty;

    /// <summary>What the target shows.</summary>
    public required TargetInspection Target { get; init; }

    /// <summary>What the gateways show.</summary>
    public required TrafficInspection Traffic { get; init; }

    /// <summary>Secret versions of releases that run which cannot be read now or hold another value, with the reason.</summary>
    public required ImmutableDictionary<SecretVersion, string> LostSecrets { get; init; }
}
