using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Releases.Ports;

namespace Slipway.Releases.Drift;

/// <summary>Something that is other than it was declared, and who declared it.</summary>
/// <param name="Deviation">What it is.</param>
/// <param name="Origin">Who declared it so; null when nobody knows.</param>
public sealed record DriftFinding(Deviation Deviation, DriftOrigin? Origin);

/// <summary>Who declared something, and when.</summary>
/// <param name="Actor">Who.</param>
/// <param name="At">When.</param>
/// <param name="By">The rollout that brought it, or the version of a secret that was set.</param>
public sealed record DriftOrigin(string Actor, DateTimeOffset At, string By);

/// <summary>What a look at an environment has found.</summary>
/// <param name="At">When it was looked at.</param>
/// <param name="Live">The release that all was compared with.</param>
/// <param name="Changed">What runs otherwise than the live release says: somebody or something has changed it.</param>
/// <param name="Unreleased">What the manifest and the stores say otherwise than the live release; empty when they were not asked.</param>
/// <param name="Fixed">What was found and brought back.</param>
/// <param name="Untold">What could not be compared, one sentence each.</param>
public sealed record DriftReport(
    DateTimeOffset At,
    ReleaseId Live,
    ImmutableArray<DriftFinding> Changed,
    ImmutableArray<DriftFinding> Unreleased,
    ImmutableArray<DriftFinding> Fixed,
    ImmutableArray<string> Untold)
{
    /// <summary>What really runs, after all that was brought back.</summary>
    public Fingerprint? Fingerprint { get; init; }
}
