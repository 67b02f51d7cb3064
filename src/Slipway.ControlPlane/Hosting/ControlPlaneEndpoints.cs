using Microsoft.AspNetCore.Http.HttpResults;
using Slipway.ControlPlane.Callers;
using Slipway.Core.Api;
using Slipway.Releases;

namespace Slipway.ControlPlane.Hosting;

/// <summary>The control plane itself.</summary>
internal static class ControlPlaneEndpoints
{
    /// <summary>What the control plane is.</summary>
    public static Ok<ControlPlaneView> Show(ControlPlaneIdentity identity, ReleaseEngine engine)
        => TypedResults.Ok(identity.View(engine.Fence.Value));

    /// <summary>Ends the control plane once the answer is out; gateways and instances go on.</summary>
    public static Accepted<ControlPlaneView> Shutdown(
        ControlPlaneIdentity identity,
        ReleaseEngine engine,
        ApiCaller caller,
        IHostApplicationLifetime lifetime,
        ILogger<ControlPlaneIdentity> log,
        HttpContext context)
    {
        log.Asked(caller.Actor, "end", "the control plane", "accepted");
        context.Response.OnCompleted(() =>
        {
            lifetime.StopApplication();
            return Task.CompletedTask;
        });
        return TypedResults.Accepted((string?)null, identity.View(engine.Fence.Value));
    }
}
