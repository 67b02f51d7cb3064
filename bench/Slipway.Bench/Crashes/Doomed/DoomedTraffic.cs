using Slipway.Core.Manifests;
using Slipway.Core.Routing;
using Slipway.Core.Telemetry;
using Slipway.Releases.Ports;

namespace Slipway.Bench.Crashes.Doomed;

/// <summary>Gateways of which every effect may be the last.</summary>
internal sealed class DoomedTraffic(ITraffic traffic, Fate fate) : ITraffic
{
    public async Task<Uri> Ensure(EnvironmentName environment, GatewayListener listener, FencingToken token, CancellationToken cancellation)
    {
        Uri? address = null;
        await fate.Around("gateway", async () => address = await traffic.Ensure(environment, listener, token, cancellation));
        return address!;
    }

    public Task Apply(EnvironmentName environment, RouteTable table, CancellationToken cancellation)
        => fate.Around("table", () => traffic.Apply(environment, table, cancellation));

    public Task<TrafficReading?> Read(EnvironmentName environment, CancellationToken cancellation) => traffic.Read(environment, cancellation);

    public Task<TrafficInspection> Inspect(EnvironmentName environment, CancellationToken cancellation) => traffic.Inspect(environment, cancellation);

    public Task Remove(EnvironmentName environment, FencingToken token, CancellationToken cancellation)
        => fate.Around("end of the gateway", () => traffic.Remove(environment, token, cancellation));
}
