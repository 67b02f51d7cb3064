using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Releases.Ports;

namespace Slipway.Releases.Rollouts;

/// <summary>Finds instances by what they are of, at a cost that does not grow with their number; sorted once, when it is first asked.</summary>
/// <param name="instances">All that were seen at one moment.</param>
internal sealed class InstanceIndex(ImmutableArray<Instance> instances)
{
    private readonly Lazy<ILookup<WorkloadKey, Instance>> _byWorkload
        = new(() => instances.ToLookup(one => new WorkloadKey(one.Release, one.Service)), LazyThreadSafetyMode.PublicationOnly);

    private readonly Lazy<ILookup<ServiceName, Instance>> _byService
        = new(() => instances.ToLookup(one => one.Service), LazyThreadSafetyMode.PublicationOnly);

    /// <summary>The index of nothing.</summary>
    public static InstanceIndex Empty { get; } = new([]);

    /// <summary>The instances of one service of one release, in the order they were seen in.</summary>
    public IEnumerable<Instance> Of(ReleaseId release, ServiceName service) => _byWorkload.Value[new(release, service)];

    /// <summary>The instances of one service, of whatever release.</summary>
    public IEnumerable<Instance> Of(ServiceName service) => _byService.Value[service];
}
