using System.Collections.Concurrent;
using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Releases.Drift;
using Slipway.Releases.Journals;
using Slipway.Releases.Ports;

namespace Slipway.Releases.Running;

/// <summary>What the runners of all environments share.</summary>
/// <param name="Ports">What they act on.</param>
/// <param name="Journal">Where they write.</param>
/// <param name="Clock">The time.</param>
/// <param name="Fence">Their fencing token.</param>
/// <param name="Build">Builds candidates.</param>
internal sealed record RunnerParts(EnginePorts Ports, Journal Journal, TimeProvider Clock, FencingToken Fence, CandidateBuild Build)
{
    /// <summary>Told what goes wrong.</summary>
    public required Action<string> Log { get; init; }

    /// <summary>Told that something may look different.</summary>
    public required Action Published { get; init; }

    /// <summary>What fingerprints are keyed by, as long as this control plane runs.</summary>
    public ImmutableArray<byte> FingerprintKey { get; } = Fingerprint.NewKey();

    /// <summary>Builds that were begun before their rollout was journaled.</summary>
    public required ConcurrentDictionary<RolloutId, Task<CandidateBuild.Result>> Prepared { get; init; }
}
