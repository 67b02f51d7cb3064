using Slipway.Core.Manifests;

namespace Slipway.Gateway.Balancing;

/// <summary>
/// Keeps requests from what fails: closed until so many failures come in a row; then open for a while; then half open, when one
/// request at a time tries whether it works again (M. Nygard, Release It!). Failures of transport count, answers of any status
/// do not: whether those are good is for the gates to say. Any thread may ask.
/// </summary>
internal sealed class CircuitBreaker(int after, TimeSpan openFor)
{
    private readonly long _openMilliseconds = (long)openFor.TotalMilliseconds;
    private int _failures;
    private long _openUntil;

    /// <summary>Makes the one that a plan describes.</summary>
    public CircuitBreaker(BreakerPlan plan)
        : this(plan.After, plan.Open)
    {
    }

    /// <summary>Whether requests are kept away at this moment.</summary>
    /// <param name="now">In milliseconds of <see cref="Environment.TickCount64"/>.</param>
    public bool IsOpen(long now) => Volatile.Read(ref _openUntil) > now;

    /// <summary>When one may try again, in seconds, rounded up; 1 at least.</summary>
    public long RetryAfterSeconds(long now) => Math.Max(1, (Volatile.Read(ref _openUntil) - now + 999) / 1000);

    /// <summary>
    /// Lets a request through, or not. Of those that come when it is half open the first is let through, and the others wait for
    /// what becomes of it, for as long as it was open at most: should it never end, another one tries.
    /// </summary>
    public bool TryPass(long now)
    {
        var until = Volatile.Read(ref _openUntil);
        if (until == 0)
            return true;
        return until <= now && Interlocked.CompareExchange(ref _openUntil, now + _openMilliseconds, until) == until;
    }

    /// <summary>Something came back: it is closed.</summary>
    public void Succeeded()
    {
        if (Volatile.Read(ref _failures) == 0)
            return;
        Volatile.Write(ref _failures, 0);
        Volatile.Write(ref _openUntil, 0);
    }

    /// <summary>A request failed in transport; true when this one opened it.</summary>
    public bool Failed(long now)
    {
        if (Interlocked.Increment(ref _failures) < after)
            return false;
        return Interlocked.Exchange(ref _openUntil, now + _openMilliseconds) <= now;
    }
}
