using Slipway.Core.Manifests;

namespace Slipway.Core.Api;

/// <summary>An environment as the control plane shows it.</summary>
public sealed record EnvironmentView
{
    /// <summary>The application.</summary>
    public required ApplicationName Application { get; init; }

    /// <summary>The environment.</summary>
    public required EnvironmentName Environment { get; init; }

    /// <summary>One word for what it does: <c>idle</c>, <c>live</c>, <c>rolling-out</c>, <c>guarding</c>, <c>rolling-back</c>, <c>stopping</c>.</summary>
    public required string State { get; init; }

    /// <summary>The address that users reach it at; null while it has no gateway.</summary>
    public Uri? Address { get; init; }

    /// <summary>The release that is live; null when none is.</summary>
    public ReleaseView? Live { get; init; }

    /// <summary>The release kept warm behind it; null when none is.</summary>
    public ReleaseView? Previous { get; init; }

    /// <summary>The rollout under way or guarded; null when none is.</summary>
    public RolloutView? Rollout { get; init; }

    /// <summary>Rollouts that wait for it, next first.</summary>
    public required IReadOnlyList<RolloutView> Queue { get; init; }

    /// <summary>Rotations of secrets under way, oldest first.</summary>
    public IReadOnlyList<RotationView> Rotations { get; init; } = [];

    /// <summary>Every instance that exists.</summary>
    public required IReadOnlyList<InstanceView> Instances { get; init; }

    /// <summary>What was other than declared at the last look; empty when nothing was.</summary>
    public IReadOnlyList<DriftFindingView> Drift { get; init; } = [];

    /// <summary>When it was last looked at for drift; null before the first time since the control plane's start.</summary>
    public DateTimeOffset? LookedAt { get; init; }

    /// <summary>The version that the last migration said it has brought the data to; null when none said so.</summary>
    public string? Schema { get; init; }

    /// <summary>What is wrong right now, one sentence each; empty when all is well.</summary>
    public required IReadOnlyList<string> Troubles { get; init; }

    /// <summary>What needs a person now, oldest first; empty when nothing does.</summary>
    public IReadOnlyList<AlarmView> Alarms { get; init; } = [];

    /// <summary>Why deploys are refused until a person has looked; null while they are taken.</summary>
    public CircuitView? Circuit { get; init; }
}

/// <summary>Something that needs a person.</summary>
/// <param name="Kind"><c>approval</c>, <c>undecided</c>, <c>shared-fault</c>, <c>circuit-open</c>, <c>guard-blind</c>, <c>no-way-back</c>, <c>undo-stuck</c>; later versions may know more.</param>
/// <param name="Rollout">The rollout that it is about; null for none.</param>
/// <param name="Since">Since when.</param>
/// <param name="Text">What it is, one sentence.</param>
/// <param name="Remedy">What to do.</param>
public sealed record AlarmView(string Kind, RolloutId? Rollout, DateTimeOffset Since, string Text, string Remedy);

/// <summary>A circuit that is open: release after release was undone by a gate to the same stable one.</summary>
/// <param name="Stable">The release that all were undone to.</param>
/// <param name="Since">Since when it is open.</param>
/// <param name="Undone">The rollouts, newest first.</param>
public sealed record CircuitView(ReleaseId Stable, DateTimeOffset Since, IReadOnlyList<RolloutId> Undone);

/// <summary>A release as the control plane shows it.</summary>
public sealed record ReleaseView
{
    /// <summary>Its identity.</summary>
    public required ReleaseId Id { get; init; }

    /// <summary>The version its team gave it.</summary>
    public required string Version { get; init; }

    /// <summary>The commit it was built from.</summary>
    public required string GitSha { get; init; }

    /// <summary>When it was first made.</summary>
    public required DateTimeOffset BuildDate { get; init; }

    /// <summary>Its services.</summary>
    public required IReadOnlyList<ReleasedServiceView> Services { get; init; }
}

/// <summary>One service of a release.</summary>
/// <param name="Service">Its name.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Replicas">How many instances it asks for.</param>
/// <param name="Artefact">The digest of its artefact; null without a build.</param>
/// <param name="Settings">Its plain settings.</param>
/// <param name="Secrets">Its secret settings, as versions such as <c>secret://home/NAME#3</c>.</param>
/// <param name="Routes">Its public routes, such as <c>example.org/api</c>.</param>
public sealed record ReleasedServiceView(
    ServiceName Service,
    ServiceKind Kind,
    int Replicas,
    string? Artefact,
    IReadOnlyDictionary<string, string> Settings,
    IReadOnlyDictionary<string, string> Secrets,
    IReadOnlyList<string> Routes);

/// <summary>An instance as the control plane shows it.</summary>
public sealed record InstanceView
{
    /// <summary>Its identity.</summary>
    public required InstanceId Id { get; init; }

    /// <summary>The service.</summary>
    public required ServiceName Service { get; init; }

    /// <summary>The release.</summary>
    public required ReleaseId Release { get; init; }

    /// <summary>One word: <c>starting</c>, <c>ready</c>, <c>not-ready</c>, <c>backing-off</c>, <c>stopping</c>; of a job or migration <c>running</c>, <c>finished</c>, <c>failed</c>.</summary>
    public required string Phase { get; init; }

    /// <summary>Where it listens, <c>address:port</c>; null for none.</summary>
    public string? Address { get; init; }

    /// <summary>When its present process was started.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>How often it was started again.</summary>
    public required int Restarts { get; init; }

    /// <summary>
    /// The fencing token that it was started with, <c>SLIPWAY_FENCE</c>: higher than that of any start of the same service before; null
    /// while it has none.
    /// </summary>
    public long? Fence { get; init; }

    /// <summary>Memory of its group, in bytes; null while unknown.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Processor time in cores; null while unknown.</summary>
    public double? CpuCores { get; init; }

    /// <summary>Its share of the service's traffic, in percent; null for a service without routes.</summary>
    public double? TrafficPercent { get; init; }

    /// <summary>Why it is not ready; null when it is.</summary>
    public string? Trouble { get; init; }
}
