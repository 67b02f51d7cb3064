namespace Slipway.Gateway.Proxying;

/// <summary>How long the gateway waits for what.</summary>
internal sealed record Deadlines
{
    /// <summary>For the whole head of a request, from its first byte, and for the first byte on a new connection.</summary>
    public TimeSpan Header { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>For the next request on a connection.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(75);

    /// <summary>For the next piece of a request's body.</summary>
    public TimeSpan Body { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>For a peer to take what is sent to it, 64 KiB at most at a time.</summary>
    public TimeSpan Write { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>For an instance to take a connection.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For a client to read the answer to an upload that was not read to its end.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For requests under way when the gateway is told to end.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The time so far from now, in milliseconds of <see cref="Environment.TickCount64"/>.</summary>
    public static long After(TimeSpan time) => Environment.TickCount64 + (long)time.TotalMilliseconds;
}
