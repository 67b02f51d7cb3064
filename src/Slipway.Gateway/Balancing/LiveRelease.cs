using System.Security.Cryptography;
using Slipway.Core.Manifests;
using Slipway.Core.Routing;
using Slipway.Gateway.Statistics;

namespace Slipway.Gateway.Balancing;

/// <summary>A release of a service in the live table.</summary>
internal sealed class LiveRelease
{
    private const int ManyEndpoints = 8;
    private const double SmallestPart = 0.1;

    private readonly EndpointState[] _endpoints;
    private readonly byte[] _cookie;
    private readonly int _inFlightMax;
    private readonly long _slowStart;
    private readonly long _warmAt;
    private int _rotation;

    /// <summary>Prepares the choice.</summary>
    public LiveRelease(RoutedRelease release, EndpointState[] endpoints, ReleaseCounters counters, AdmissionQueue? queue, byte[] cookie)
    {
        var load = release.Load ?? LoadPlan.Default;
        _endpoints = endpoints;
        _cookie = cookie;
        _inFlightMax = load.InFlight ?? int.MaxValue;
        _slowStart = (long)load.SlowStart.TotalMilliseconds;
        _warmAt = WarmAt();
        Weight = release.Weight;
        Counters = counters;
        Queue = queue;
        Wait = load.Wait;
    }

    /// <summary>What the cookie says that keeps a user here.</summary>
    public ReadOnlySpan<byte> Cookie => _cookie;

    /// <summary>Its share.</summary>
    public int Weight { get; }

    /// <summary>Whether new requests may go to it.</summary>
    public bool TakesNew => Weight > 0 && _endpoints.Length > 0;

    /// <summary>What it has done.</summary>
    public ReleaseCounters Counters { get; }

    /// <summary>Its instances.</summary>
    public ReadOnlySpan<EndpointState> Endpoints => _endpoints;

    /// <summary>Those who wait until one of its instances can take more; null when each takes any number.</summary>
    public AdmissionQueue? Queue { get; }

    /// <summary>How long they may wait.</summary>
    public TimeSpan Wait { get; }

    /// <summary>Whether a cookie keeps its user here. How long that takes to say tells nothing about the signature.</summary>
    public bool IsNamedBy(ReadOnlySpan<byte> cookie) => CryptographicOperations.FixedTimeEquals(cookie, _cookie);

    /// <summary>Gives an instance one more request; null when there is none but the one excepted, or all have as many as they may.</summary>
    public EndpointState? Take(EndpointState? except, long now)
    {
        while (Choose(except, now) is { } endpoint)
        {
            if (endpoint.TryEnter(_inFlightMax))
                return endpoint;
        }
        return null;
    }

    /// <summary>Whether those wait here who get no instance.</summary>
    public bool HasQueue => Queue is not null && _endpoints.Length > 0;

    /// <summary>A request has left one of its instances.</summary>
    public void Freed() => Queue?.Wake();

    /// <summary>
    /// The instance with the least in flight, in rotation where several have as little; of many, the better of two at random, so
    /// that not all look at the same one at once (M. Mitzenmacher, The Power of Two Choices). Those put aside only when there is no
    /// other, the one that returns first.
    /// </summary>
    private EndpointState? Choose(EndpointState? except, long now)
    {
        var count = _endpoints.Length;
        if (count == 0)
            return null;
        var mayEject = count > 1 && CountAside(now) * 2 <= count;
        if (count > ManyEndpoints && OfTwo(except, now, mayEject) is { } good)
            return good;
        var start = (uint)Interlocked.Increment(ref _rotation) % (uint)count;
        EndpointState? best = null;
        EndpointState? young = null;
        EndpointState? aside = null;
        var bestInFlight = int.MaxValue;
        for (var i = 0u; i < count; i++)
        {
            var endpoint = _endpoints[(start + i) % count];
            if (ReferenceEquals(endpoint, except) || IsFull(endpoint))
                continue;
            if (IsAside(endpoint, now, mayEject))
            {
                if (aside is null || endpoint.AsideUntil < aside.AsideUntil)
                    aside = endpoint;
            }
            else if (IsSpared(endpoint, now))
            {
                young = endpoint;
            }
            else if (endpoint.InFlight is var inFlight && inFlight < bestInFlight)
            {
                (best, bestInFlight) = (endpoint, inFlight);
            }
        }
        best ??= young;
        // The one that is half open is asked once, when its turn comes.
        return best is null || !mayEject || best.Breaker.TryPass(now) ? best ?? aside : aside ?? best;
    }

    private EndpointState? OfTwo(EndpointState? except, long now, bool mayEject)
    {
        var one = _endpoints[Random.Shared.Next(_endpoints.Length)];
        var other = _endpoints[Random.Shared.Next(_endpoints.Length)];
        var isOneGood = IsGood(one);
        var isOtherGood = IsGood(other);
        var better = isOneGood && isOtherGood ? one.InFlight <= other.InFlight ? one : other : isOneGood ? one : isOtherGood ? other : null;
        return better is null || !mayEject || better.Breaker.TryPass(now) ? better : null;

        bool IsGood(EndpointState endpoint)
            => !ReferenceEquals(endpoint, except) && !IsFull(endpoint) && !IsAside(endpoint, now, mayEject) && !IsSpared(endpoint, now);
    }

    private bool IsFull(EndpointState endpoint) => endpoint.InFlight >= _inFlightMax;

    // One that refuses connections cannot be asked; one that only fails must be when most do: then the fault is not its own.
    private static bool IsAside(EndpointState endpoint, long now, bool mayEject)
        => endpoint.IsAside || (mayEject && (endpoint.Breaker.IsOpen(now) || endpoint.SlowUntil > now));

    /// <summary>Whether one that has just joined is left out of this choice: it takes part in more and more of them.</summary>
    private bool IsSpared(EndpointState endpoint, long now)
    {
        if (now >= _warmAt)
            return false;
        var part = Math.Max(SmallestPart, (double)(now - endpoint.Since) / _slowStart);
        return part < 1 && Random.Shared.NextDouble() >= part;
    }

    // Only next to those that have been there for longer: of instances that are all new, none is spared.
    private long WarmAt()
    {
        if (_slowStart == 0 || _endpoints.Length < 2)
            return 0;
        var oldest = _endpoints.Min(static endpoint => endpoint.Since);
        var newest = _endpoints.Max(static endpoint => endpoint.Since);
        return newest - oldest >= _slowStart ? newest + _slowStart : 0;
    }

    private int CountAside(long now)
    {
        var aside = 0;
        foreach (var endpoint in _endpoints)
            aside += endpoint.Breaker.IsOpen(now) || endpoint.SlowUntil > now ? 1 : 0;
        return aside;
    }
}
