using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Slipway.Core.Manifests;

namespace Slipway.Core.Routing;

/// <summary>
/// Everything a gateway needs to carry an environment's traffic, as one immutable value. A gateway takes a table whole or
/// refuses it whole.
/// </summary>
public sealed record RouteTable
{
    /// <summary>Rises with every change in the environment; a gateway refuses one that is not higher than its own.</summary>
    public required long Version { get; init; }

    /// <summary>The fencing token of the control plane that made it; a gateway refuses one lower than the highest it saw.</summary>
    public required long Fence { get; init; }

    /// <summary>The services that take traffic, each with a name of its own.</summary>
    public required ImmutableArray<RoutedService> Services { get; init; }
}

/// <summary>A service behind the gateway.</summary>
/// <param name="Service">Its name.</param>
/// <param name="Routes">How requests find it; at least one.</param>
/// <param name="Releases">Who answers them; those of weight 0 keep what they have in flight and get nothing new.</param>
public sealed record RoutedService(
    ServiceName Service, ImmutableArray<Route> Routes, ImmutableArray<RoutedRelease> Releases);

/// <summary>The instances of one release that take a service's traffic.</summary>
/// <param name="Release">The release.</param>
/// <param name="Weight">0 to 1,000,000; its share is its weight over the sum of those with an instance.</param>
/// <param name="Endpoints">Its instances that are ready.</param>
public sealed record RoutedRelease(ReleaseId Release, int Weight, ImmutableArray<Endpoint> Endpoints)
{
    /// <summary>How much work its instances are given at once; null for <see cref="LoadPlan.Default"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LoadPlan? Load { get; init; }
}

/// <summary>Where an instance listens.</summary>
/// <param name="Instance">The instance.</param>
/// <param name="Address">An IP address.</param>
/// <param name="Port">1 to 65535.</param>
public sealed record Endpoint(InstanceId Instance, string Address, int Port)
{
    /// <summary>Whether it speaks HTTP/2 without TLS, as servers of gRPC do, and not HTTP/1.1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Http2 { get; init; }
}
