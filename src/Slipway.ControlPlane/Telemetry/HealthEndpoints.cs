using Microsoft.AspNetCore.Http.HttpResults;
using Slipway.ControlPlane.Hosting;
using Slipway.ControlPlane.Problems;

namespace Slipway.ControlPlane.Telemetry;

/// <summary>Whether the control plane lives, is ready, and what it counts.</summary>
internal static class HealthEndpoints
{
    /// <summary>Whether the control plane lives.</summary>
    public static ContentHttpResult Health() => TypedResults.Text("ok\n");

    /// <summary>Whether it has adopted everything that ran.</summary>
    public static Results<ContentHttpResult, Refusal> Ready(EngineStart start) => start.IsReady
        ? TypedResults.Text("ready\n")
        : Refusals.Unavailable("The control plane is still starting.", "Ask again in a moment; its log says what holds it up.");

    /// <summary>Counts in Prometheus' text format, version 0.0.4.</summary>
    public static ContentHttpResult Metrics(Metrics metrics)
        => TypedResults.Text(metrics.Write(), "text/plain; version=0.0.4");
}
