using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Core.Telemetry;
using Slipway.Releases.Gates;

namespace Slipway.Releases.Evidence;

/// <summary>
/// What the gateway had counted of both releases when the shares of the traffic changed. A control plane that begins to
/// watch later takes the difference to it, and so has lost nothing.
/// </summary>
/// <param name="Epoch">The gateway's.</param>
/// <param name="At">When.</param>
/// <param name="Services">One for each service of the candidate that takes traffic of users.</param>
public sealed record TrafficCounts(string Epoch, DateTimeOffset At, ImmutableArray<ServiceCounts> Services)
{
    /// <summary>The counts of a reading.</summary>
    public static TrafficCounts Of(TrafficReading reading, Release candidate, Release? stable) => new(
        reading.Epoch,
        reading.At,
        [
            .. candidate.Services.Where(one => !one.Service.Routes.IsEmpty).Select(one => one.Service.Name).Select(name =>
            {
                var mine = TrafficLog.Find(reading, name, candidate.Id);
                var theirs = stable is null ? null : TrafficLog.Find(reading, name, stable.Id);
                return new ServiceCounts(name, mine?.Requests ?? 0, mine?.Errors ?? 0, theirs?.Requests ?? 0, theirs?.Errors ?? 0);
            }),
        ]);

    /// <summary>What a service did between two of them. Counters of another epoch began at zero after the earlier one.</summary>
    internal static ErrorBlock Between(TrafficCounts from, TrafficCounts to, int service)
    {
        var end = to.Services[service];
        var begin = from.Epoch == to.Epoch ? from.Find(end.Service, service) : null;
        var requests = Math.Max(0, end.Requests - (begin?.Requests ?? 0));
        var stable = Math.Max(0, end.StableRequests - (begin?.StableRequests ?? 0));
        return new(requests, Math.Clamp(end.Errors - (begin?.Errors ?? 0), 0, requests), stable, Math.Clamp(end.StableErrors - (begin?.StableErrors ?? 0), 0, stable));
    }

    // All of a rollout list the same services in the same order, unless an older version wrote them.
    private ServiceCounts? Find(ServiceName service, int likely)
        => likely < Services.Length && Services[likely].Service == service ? Services[likely] : Services.FirstOrDefault(one => one.Service == service);
}

/// <summary>What the gateway had counted of a service.</summary>
/// <param name="Service">The service.</param>
/// <param name="Requests">The candidate's requests.</param>
/// <param name="Errors">The candidate's errors.</param>
/// <param name="StableRequests">Stable's requests.</param>
/// <param name="StableErrors">Stable's errors.</param>
public sealed record ServiceCounts(ServiceName Service, long Requests, long Errors, long StableRequests, long StableErrors);
