using Slipway.Gateway.Statistics;

namespace Slipway.Gateway.Balancing;

/// <summary>A release of a service in the live table.</summary>
internal sealed class LiveRelease(string id, int weight, EndpointState[] endpoints, ReleaseCounters counters)
{
    private readonly byte[] _id = System.Text.Encoding.ASCII.GetBytes(id);
    private const int ManyEndpoints = 8;

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
    /// The instance with the least in flight, in rotation where several have as little; of many, the better of two at random, so
    /// that not all look at the same one at once (M. Mitzenmacher, The Power of Two Choices). Those put aside only when there is no
    /// other, the one that returns first. Null when there is none but the one excepted.
    /// </summary>
    public EndpointState? Choose(EndpointState? except, long now)
    {
        var count = endpoints.Length;
        if (count == 0)
            return null;
        var mayEject = count > 1 && CountOpen(now) * 2 <= count;
        if (count > ManyEndpoints && OfTwo(except, now, mayEject) is { } good)
            return good;
        var start = (uint)Interlocked.Increment(ref _rotation) % (uint)count;
        EndpointState? best = null;
        EndpointState? aside = null;
        var bestInFlight = int.MaxValue;
        for (var i = 0u; i < count; i++)
        {
            var endpoint = endpoints[(start + i) % count];
            if (ReferenceEquals(endpoint, except))
                continue;
            if (IsAside(endpoint, now, mayEject))
            {
                if (aside is null || endpoint.AsideUntil < aside.AsideUntil)
                    aside = endpoint;
            }
            else if (endpoint.InFlight is var inFlight && inFlight < bestInFlight)
            {
                (best, bestInFlight) = (endpoint, inFlight);
            }
        }
        // The one that is half open is asked once, when its turn comes.
        return best is null || !mayEject || best.Breaker.TryPass(now) ? best ?? aside : aside ?? best;
    }

    private EndpointState? OfTwo(EndpointState? except, long now, bool mayEject)
    {
        var one = endpoints[Random.Shared.Next(endpoints.Length)];
        var other = endpoints[Random.Shared.Next(endpoints.Length)];
        var isOneGood = !ReferenceEquals(one, except) && !IsAside(one, now, mayEject);
        var isOtherGood = !ReferenceEquals(other, except) && !IsAside(other, now, mayEject);
        var better = isOneGood && isOtherGood ? one.InFlight <= other.InFlight ? one : other : isOneGood ? one : isOtherGood ? other : null;
        return better is null || !mayEject || better.Breaker.TryPass(now) ? better : null;
    }

    // One that refuses connections cannot be asked; one that only fails must be when most do: then the fault is not its own.
    private static bool IsAside(EndpointState endpoint, long now, bool mayEject)
        => endpoint.AsideUntil > now || (mayEject && endpoint.Breaker.IsOpen(now));

    private int CountOpen(long now)
    {
        var open = 0;
        foreach (var endpoint in endpoints)
            open += endpoint.Breaker.IsOpen(now) ? 1 : 0;
        return open;
    }
}
