using Slipway.Gateway.Wires;

namespace Slipway.Gateway.Balancing;

/// <summary>A connection to an instance, in use by one request or at rest in its endpoint's pool.</summary>
internal sealed class UpstreamConnection(Wire wire)
{
    /// <summary>The connection itself.</summary>
    public Wire Wire => wire;

    /// <summary>Whether it has carried a request before.</summary>
    public bool IsReused { get; set; }

    /// <summary>Since when it rests, in milliseconds of <see cref="Environment.TickCount64"/>.</summary>
    public long RestsSince { get; set; }

    /// <summary>How long the instance said that it keeps it at rest, in milliseconds.</summary>
    public long RestMillisecondsMax { get; set; } = long.MaxValue;
}
