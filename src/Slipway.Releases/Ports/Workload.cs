using System.Collections.Immutable;
using Slipway.Core.Manifests;

namespace Slipway.Releases.Ports;

/// <summary>One service of one release, as a target is asked to run it.</summary>
/// <param name="Environment">Where.</param>
/// <param name="Release">Of which release.</param>
/// <param name="Service">What runs, and how.</param>
/// <param name="Instances">How many, 0 or more.</param>
/// <param name="Artefact">The artefact it runs from; null to run in the manifest's folder.</param>
/// <param name="SourceFolder">The manifest's folder, absolute.</param>
/// <param name="Variables">Settings, secrets in the clear, and build metadata: the instance's environment. Kept in memory only.</param>
/// <param name="Development">Whether <see cref="Service.Dev"/> is run instead of <see cref="Service.Run"/> where there is one.</param>
public sealed record Workload(
    EnvironmentName Environment,
    ReleaseId Release,
    Service Service,
    int Instances,
    ArtefactDigest? Artefact,
    string SourceFolder,
    ImmutableSortedDictionary<string, string> Variables,
    bool Development);

/// <summary>Which workload of an environment is meant.</summary>
/// <param name="Release">Of which release.</param>
/// <param name="Service">Which service.</param>
public readonly record struct WorkloadKey(ReleaseId Release, ServiceName Service);
