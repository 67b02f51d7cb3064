using System.Collections.Immutable;
using Slipway.Core.Manifests;

namespace Slipway.Core.Telemetry;

/// <summary>What a gateway has counted since it started. Counters only rise; a reader takes differences.</summary>
public sealed record TrafficReading
{
    private readonly Lazy<Dictionary<(ServiceName, ReleaseId), ReleaseTraffic>> _byRelease = new([]);

    /// <summary>Made new at every start of the gateway: when it differs, the counters began again at zero.</summary>
    public required string Epoch { get; init; }

    /// <summary>When the reading was taken.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The version of the table that is live.</summary>
    public required long TableVersion { get; init; }

    /// <summary>Requests answered by the gateway itself since no route matched or none could take it.</summary>
    public required long Unrouted { get; init; }

    /// <summary>The counts, one for each service and release that ever had traffic or stands in the table.</summary>
    public required ImmutableArray<ReleaseTraffic> Releases
    {
        get;
        init => (field, _byRelease) = (value, new(() => ByRelease(value), LazyThreadSafetyMode.PublicationOnly));
    }

    /// <summary>What each instance of the table carries, and each that left the table and has not ended what it carried.</summary>
    public ImmutableArray<InstanceTraffic> Instances
    {
        // A gateway of an earlier version says nothing of them, and the serializer then leaves no array at all.
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>The counts of a service of a release; null when there are none.</summary>
    public ReleaseTraffic? Find(ServiceName service, ReleaseId release) => _byRelease.Value.GetValueOrDefault((service, release));

    private static Dictionary<(ServiceName, ReleaseId), ReleaseTraffic> ByRelease(ImmutableArray<ReleaseTraffic> releases)
    {
        var byRelease = new Dictionary<(ServiceName, ReleaseId), ReleaseTraffic>(releases.Length);
        foreach (var one in releases)
            byRelease.TryAdd((one.Service, one.Release), one);
        return byRelease;
    }
}

/// <summary>What one instance carries.</summary>
/// <param name="Instance">The instance.</param>
/// <param name="InFlight">Its requests and upgraded connections that have not ended.</param>
public sealed record InstanceTraffic(InstanceId Instance, int InFlight);

/// <summary>The traffic of one service of one release.</summary>
public sealed record ReleaseTraffic
{
    /// <summary>The service.</summary>
    public required ServiceName Service { get; init; }

    /// <summary>The release.</summary>
    public required ReleaseId Release { get; init; }

    /// <summary>Requests ended, however they ended.</summary>
    public required long Requests { get; init; }

    /// <summary>Answers with a status from 500 on, and transport failures: what the gates call errors.</summary>
    public required long Errors { get; init; }

    /// <summary>Answers by status class: 1xx (upgrades) to 5xx, five entries.</summary>
    public required ImmutableArray<long> StatusClasses { get; init; }

    /// <summary>Connections refused, reset, truncated or timed out on the instance's side.</summary>
    public required long TransportFailures { get; init; }

    /// <summary>Requests given up by the client's side; no fault of the release.</summary>
    public required long ClientAborts { get; init; }

    /// <summary>Errors since the last answer below 500.</summary>
    public required int ErrorsInARow { get; init; }

    /// <summary>The longest such run since the gateway started.</summary>
    public required int ErrorsInARowMax { get; init; }

    /// <summary>Requests and upgraded connections that have not ended.</summary>
    public required int InFlight { get; init; }

    /// <summary>Time to the first byte of the answer, in the buckets of <see cref="LatencyBuckets"/>; only those not zero.</summary>
    public required ImmutableSortedDictionary<int, long> Latency { get; init; }
}
