namespace Slipway.Core.Manifests;

/// <summary>How much work an instance is given at once, and what becomes of more.</summary>
/// <param name="InFlight">Requests that one instance works on at once, 1 to 100,000; null for any number.</param>
/// <param name="Queue">Requests of the release that may wait in the gateway for one of its instances; 0 to 100,000.</param>
/// <param name="Wait">How long each may wait; 0 to 1 minute.</param>
/// <param name="SlowStart">How long an instance that joins others is given less than its share; 0 to 10 minutes.</param>
public sealed record LoadPlan(int? InFlight, int Queue, TimeSpan Wait, TimeSpan SlowStart)
{
    /// <summary>What holds when nothing is said: no bound, and ten seconds to come up to speed.</summary>
    public static LoadPlan Default { get; } = new(null, 100, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10));
}

/// <summary>Who goes first when not all can.</summary>
public enum RoutePriority
{
    /// <summary>After those of high priority.</summary>
    Normal,

    /// <summary>Before all others.</summary>
    High,

    /// <summary>After all others, and given up first.</summary>
    Low,
}
