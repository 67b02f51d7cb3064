using System.Collections.Immutable;
using Slipway.Core.Settings;

namespace Slipway.Releases.Rotations;

/// <summary>What is renewed and how, as the manifest said when it was asked for; a later manifest does not change it.</summary>
public sealed record RotationPlan
{
    /// <summary>The setting.</summary>
    public required string Setting { get; init; }

    /// <summary>How it is renewed.</summary>
    public required Rotation Rotation { get; init; }

    /// <summary>The store that keeps it; it keeps versions.</summary>
    public required string Store { get; init; }

    /// <summary>Its full name there.</summary>
    public required string Name { get; init; }

    /// <summary>The secret stores that the manifest declares.</summary>
    public required ImmutableArray<SecretStoreDeclaration> SecretStores { get; init; }

    /// <summary>The manifest's folder, absolute.</summary>
    public required string SourceFolder { get; init; }

    /// <summary>Whether the new one must be accepted everywhere before anything uses it, and the old one is dropped by a release of its own.</summary>
    public bool IsAnnounced => Rotation.Kind is RotationKind.Keys or RotationKind.Value;

    /// <summary>Whether a version is one of this secret.</summary>
    public bool IsOf(SecretVersion version) => version.Name == Name && version.Store == Store;
}
