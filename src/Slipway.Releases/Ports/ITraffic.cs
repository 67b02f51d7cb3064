using Slipway.Core.Manifests;
using Slipway.Core.Routing;
using Slipway.Core.Telemetry;

namespace Slipway.Releases.Ports;

/// <summary>The gateways of an environment, as one: a table is live when every one of them that runs has confirmed it.</summary>
public interface ITraffic
{
    /// <summary>Makes a gateway run, adopting the one that runs already, and gives the address that users reach it at.</summary>
    /// <exception cref="TrafficException">It cannot be started, such as when its port is in use.</exception>
    Task<Uri> Ensure(EnvironmentName environment, GatewayListener listener, FencingToken token, CancellationToken cancellation);

    /// <summary>Makes a table live. Returns once it is, everywhere and on disk; the same table twice is no fault.</summary>
    /// <exception cref="StaleFencingTokenException">Another control plane has taken over.</exception>
    /// <exception cref="TrafficException">A gateway refused it or cannot be reached.</exception>
    Task Apply(EnvironmentName environment, RouteTable table, CancellationToken cancellation);

    /// <summary>What the gateways have counted; null while none answers.</summary>
    Task<TrafficReading?> Read(EnvironmentName environment, CancellationToken cancellation);

    /// <summary>Looks closely at the gateways: the table that is live, the one on disk, where they listen.</summary>
    Task<TrafficInspection> Inspect(EnvironmentName environment, CancellationToken cancellation);

    /// <summary>Ends the gateways of an environment, draining what they carry.</summary>
    Task Remove(EnvironmentName environment, FencingToken token, CancellationToken cancellation);
}

/// <summary>A gateway could not do what it was asked; the message says why and what to do.</summary>
/// <param name="message">Why, and what to do.</param>
/// <param name="inner">The cause.</param>
public sealed class TrafficException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether it answered, and refused.</summary>
    public bool IsRefusal { get; init; }
}
