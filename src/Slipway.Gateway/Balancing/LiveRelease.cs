using Slipway.Gateway.Statistics;

namespace Slipway.Gateway.Balancing;

/// <summary>A release of a service in the live table.</summary>
internal sealed class LiveRelease(string id, int weight, EndpointState[] endpoints, ReleaseCounters counters)
{
    private readonly byte[] _id = System.Text.Encoding.ASCII.GetBytes(id);
    private int _rotation;

    /// <summary>Its id, as the cookie names it.</summary>
    public ReadOnlySpan<byte> Id => _id;

    /// <summary>Its share.</summary>
    public int Weight => weight;

    /// <summary>Whether new requests may go to it.</summary>
    public bool TakesNew => weight > 0 && endpoints.Length > 0;

    /// <summary>What it has done.</summary>
    public ReleaseCounters Counters => counters;

    /// <summary>Its instances.</summary>
    public ReadOnlySpan<EndpointState> Endpoints => endpoints;

    /// <summary>
    /// The instance with the least in flight, in rotation where several have as little; those put aside only when there is
    /// no other, the one that returns first. Null when there is none but the one excepted.
    /// </summary>
    public EndpointState? Choose(EndpointState? except, long now)
    {
        var count = endpoints.Length;
        if (count == 0)
            return null;
        var start = (uint)Interlocked.Increment(ref _rotation) % (uint)count;
        EndpointState? best = null;
        EndpointState? aside = null;
        var bestInFlight = int.MaxValue;
        for (var i = 0u; i < count; i++)
        {
            var endpoint = endpoints[(start + i) % count];
            if (ReferenceEquals(endpoint, except))
                continue;
            if (endpoint.AsideUntil > now)
            {
                if (aside is null || endpoint.AsideUntil < aside.AsideUntil)
                    aside = endpoint;
            }
            else if (endpoint.InFlight is var inFlight && inFlight < bestInFlight)
            {
                (best, bestInFlight) = (endpoint, inFlight);
            }
        }
        return best ?? aside;
    }
}
