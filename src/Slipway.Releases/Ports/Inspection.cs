using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Core.Routing;

namespace Slipway.Releases.Ports;

/// <summary>What of an environment can be other than it was declared.</summary>
public enum DriftAspect
{
    /// <summary>A setting, or what a release tells its instances of itself.</summary>
    Settings,

    /// <summary>A secret's value, or the version that holds it.</summary>
    Secrets,

    /// <summary>What an instance runs from: the files of its artefact, its program, its working folder.</summary>
    Artefacts,

    /// <summary>Which instances there are, and whether they run.</summary>
    Instances,

    /// <summary>Who gets which traffic.</summary>
    Routes,

    /// <summary>What an instance may use.</summary>
    Limits,

    /// <summary>What a service is and how it is run: its commands, probes and needs; whether it is there at all.</summary>
    Services,
}

/// <summary>How what has drifted is brought back.</summary>
public enum DriftRemedy
{
    /// <summary>By the target, where it is: <see cref="ITarget.Mend"/>.</summary>
    Mend,

    /// <summary>By another instance in the place of this one.</summary>
    Replace,

    /// <summary>By building the artefact again: <see cref="IArtefacts.Restore"/>.</summary>
    Rebuild,

    /// <summary>By putting the route table again.</summary>
    Reroute,

    /// <summary>By a deploy: what is declared was never released.</summary>
    Deploy,

    /// <summary>By a person only.</summary>
    Person,
}

/// <summary>Something that is other than it was made. Holds no secret value.</summary>
/// <param name="Aspect">What kind of thing.</param>
/// <param name="Service">The service; null when it concerns none or several.</param>
/// <param name="Instance">The instance; null when it concerns none or several.</param>
/// <param name="Subject">The thing, such as <c>memory limit</c> or <c>file Shop.Api</c>.</param>
/// <param name="Declared">How it should be, such as <c>256 MiB</c>; for people.</param>
/// <param name="Running">How it is; for people.</param>
/// <param name="Remedy">How it is brought back.</param>
public sealed record Deviation(
    DriftAspect Aspect, ServiceName? Service, InstanceId? Instance, string Subject, string Declared, string Running, DriftRemedy Remedy);

/// <summary>What a close look at an instance shows beyond what its target watches all the time.</summary>
public sealed record InspectedInstance
{
    /// <summary>Its identity.</summary>
    public required InstanceId Id { get; init; }

    /// <summary>What it is an instance of.</summary>
    public required WorkloadKey Workload { get; init; }

    /// <summary>The variables that its process holds now, secrets in the clear, so in memory only; null when nobody can tell.</summary>
    public ImmutableDictionary<string, string>? Variables { get; init; }

    /// <summary>
    /// Whether <see cref="Variables"/> are all that it was started with, so that one that is not among them is missing. A
    /// program that writes its title over them leaves them torn.
    /// </summary>
    public bool VariablesWhole { get; init; }

    /// <summary>
    /// What it runs from and how, as it is: the same for two instances of a workload that are alike, and of no other use than to
    /// be compared.
    /// </summary>
    public ImmutableSortedDictionary<string, string> Traits { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>What of it is other than it was made.</summary>
    public ImmutableArray<Deviation> Deviations { get; init; } = [];
}

/// <summary>What a close look at an environment's instances shows.</summary>
/// <param name="Instances">Every instance that has a process, those ending left out.</param>
/// <param name="Deviations">What concerns no single instance: damaged artefacts, processes that nobody asked for.</param>
public sealed record TargetInspection(ImmutableArray<InspectedInstance> Instances, ImmutableArray<Deviation> Deviations);

/// <summary>What a close look at an environment's gateways shows.</summary>
/// <param name="Address">Where they listen; null when none runs.</param>
/// <param name="Live">The table that they carry traffic by; null when none answers.</param>
/// <param name="Stored">The table that one would start with; null when there is none, or it cannot be read.</param>
/// <param name="Trouble">Why one does not answer, one sentence; null when all do.</param>
public sealed record TrafficInspection(Uri? Address, RouteTable? Live, RouteTable? Stored, string? Trouble);
