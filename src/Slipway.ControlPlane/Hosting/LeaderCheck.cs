using Slipway.ControlPlane.Problems;

namespace Slipway.ControlPlane.Hosting;

/// <summary>Refuses what only the one that leads can answer, once the lease has ended: another one may know better.</summary>
/// <param name="leads">Whether we lead.</param>
internal sealed class LeaderCheck(Func<bool> leads)
{
    /// <summary>Checks a request.</summary>
    public async Task Invoke(HttpContext context, RequestDelegate next)
    {
        if (!leads() && context.GetEndpoint()?.Metadata.GetMetadata<NeedsEngine>() is not null)
            await Refusals.NoLongerLeads().ExecuteAsync(context);
        else
            await next(context);
    }
}
