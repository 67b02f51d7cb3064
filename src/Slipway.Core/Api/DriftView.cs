using Slipway.Core.Manifests;

namespace Slipway.Core.Api;

/// <summary>What a close look at an environment has found.</summary>
public sealed record DriftView
{
    /// <summary>The environment.</summary>
    public required EnvironmentName Environment { get; init; }

    /// <summary>The release that is live there, which all is compared with.</summary>
    public required ReleaseId Live { get; init; }

    /// <summary>When it was looked at.</summary>
    public required DateTimeOffset LookedAt { get; init; }

    /// <summary>What runs otherwise than the live release says.</summary>
    public required IReadOnlyList<DriftFindingView> Changed { get; init; }

    /// <summary>What the manifest, the settings and the stores say otherwise than the live release: what a deploy would change.</summary>
    public required IReadOnlyList<DriftFindingView> Unreleased { get; init; }

    /// <summary>What was found changed and has been brought back.</summary>
    public required IReadOnlyList<DriftFindingView> Fixed { get; init; }

    /// <summary>What could not be compared or brought back, one sentence each.</summary>
    public required IReadOnlyList<string> Untold { get; init; }

    /// <summary>What really runs, as one number; null when it could not be taken.</summary>
    public FingerprintView? Fingerprint { get; init; }
}

/// <summary>
/// What really runs, as numbers that are equal when the same runs in the same way: releases, artefacts on disk, programs, limits,
/// probes, variables, secret values, routes and shares. Only two of the same control plane's life can be compared.
/// </summary>
/// <param name="Whole">All of it.</param>
/// <param name="Parts">Each service by itself, and <c>routes</c>.</param>
public sealed record FingerprintView(string Whole, IReadOnlyDictionary<string, string> Parts);

/// <summary>Something that is other than it was declared. Never shows a secret.</summary>
public sealed record DriftFindingView
{
    /// <summary>What kind of thing: <c>settings</c>, <c>secrets</c>, <c>artefacts</c>, <c>instances</c>, <c>routes</c>, <c>limits</c>, <c>services</c>.</summary>
    public required string Aspect { get; init; }

    /// <summary>The service; null when it concerns none or several.</summary>
    public ServiceName? Service { get; init; }

    /// <summary>The instance; null when it concerns none or several.</summary>
    public InstanceId? Instance { get; init; }

    /// <summary>The thing, such as <c>memory limit</c>.</summary>
    public required string Subject { get; init; }

    /// <summary>How it should be.</summary>
    public required string Declared { get; init; }

    /// <summary>How it is.</summary>
    public required string Running { get; init; }

    /// <summary>What to do.</summary>
    public required string Remedy { get; init; }

    /// <summary>Who declared it so; null when nobody knows.</summary>
    public string? DeclaredBy { get; init; }

    /// <summary>When.</summary>
    public DateTimeOffset? DeclaredAt { get; init; }

    /// <summary>The rollout that brought it, or the version of a secret that was set.</summary>
    public string? DeclaredIn { get; init; }
}
