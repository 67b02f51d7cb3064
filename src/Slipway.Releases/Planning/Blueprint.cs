using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Core.Settings;

namespace Slipway.Releases.Planning;

/// <summary>What a rollout was asked to make live, before anything is built: all of a deploy command that outlives it.</summary>
public sealed record Blueprint
{
    /// <summary>The application.</summary>
    public required ApplicationName Application { get; init; }

    /// <summary>The version its team gave it.</summary>
    public required string Version { get; init; }

    /// <summary>Its services with their settings and secret versions; artefacts are still missing.</summary>
    public required ImmutableArray<ReleasedService> Services { get; init; }

    /// <summary>How it runs and goes live.</summary>
    public required ReleaseTerms Terms { get; init; }

    /// <summary>The release that it is made of without building anything: its services have their artefacts. Null when it is built.</summary>
    public ReleaseOrigin? Derived { get; init; }
}

/// <summary>The release that another one is made of.</summary>
/// <param name="Release">The release.</param>
/// <param name="Stamp">Where it was built from.</param>
public sealed record ReleaseOrigin(ReleaseId Release, BuildStamp Stamp);

/// <summary>How a release runs and goes live: what its environment asks for beyond the release's own content.</summary>
public sealed record ReleaseTerms
{
    /// <summary>The manifest's folder, absolute.</summary>
    public required string SourceFolder { get; init; }

    /// <summary>Whether services with a <c>dev</c> command run it.</summary>
    public required bool Development { get; init; }

    /// <summary>Where the gateway listens.</summary>
    public required GatewayListener Gateway { get; init; }

    /// <summary>The secret stores that its manifest declares.</summary>
    public ImmutableArray<SecretStoreDeclaration> SecretStores { get; init; } = [];

    /// <summary>How it goes live.</summary>
    public required RolloutPlan Plan { get; init; }

    /// <summary>What it must pass.</summary>
    public required GatePlan Gates { get; init; }

    /// <summary>How long it is guarded after promotion.</summary>
    public required TimeSpan Guard { get; init; }
}

/// <summary>A release and how it runs: enough to start it again at any time.</summary>
/// <param name="Release">The release.</param>
/// <param name="Terms">How it runs.</param>
public sealed record KeptRelease(Release Release, ReleaseTerms Terms);
