using Microsoft.AspNetCore.Http.HttpResults;
using Slipway.ControlPlane.Callers;
using Slipway.ControlPlane.Environments;
using Slipway.ControlPlane.Hosting;
using Slipway.ControlPlane.Problems;
using Slipway.ControlPlane.Rollouts;
using Slipway.Core.Api;
using Slipway.Core.Settings;
using Slipway.Releases;
using Slipway.Releases.Drift;

namespace Slipway.ControlPlane.Drift;

/// <summary>A close look at what runs.</summary>
internal static class DriftEndpoint
{
    /// <summary>Looks at what runs otherwise than the live release says, and at what the manifest says otherwise.</summary>
    /// <param name="environment">Where.</param>
    public static async Task<Results<Ok<DriftView>, Refusal>> Look(
        EnvironmentName environment, DriftRequest request, ReleaseEngine engine, ISecretStores stores, ApiCaller caller, ILogger<ReleaseEngine> log, CancellationToken cancellation)
    {
        if (engine.Snapshot(environment) is not { } view)
            return EnvironmentEndpoints.Missing(environment, engine);
        DeployCommand? declared = null;
        var untold = new List<string>();
        if (request.ManifestPath is { } path)
        {
            var (command, refusal) = await DeployPlan.Read(
                environment, new() { ManifestPath = path, Variables = request.Variables, Path = request.Path }, caller, stores, cancellation);
            if (command is not null && command.Application.Name != view.Application)
                return Refusals.OtherApplication(view.Application, command.Application.Name);
            declared = command;
            // What a deploy would be refused for is no reason not to look at what runs.
            if (refusal is not null)
                untold.AddRange(refusal.Value.Faults.Count > 0 ? refusal.Value.Faults : [$"{refusal.Value.Title} {refusal.Value.Remedy}"]);
        }
        // What is begun goes on, whether or not the caller waits for the answer.
        var looked = engine.Drift(environment, declared, request.Fix, caller.By(request.Path), CancellationToken.None);
        var (report, refused) = await looked.WaitAsync(cancellation);
        if (request.Fix)
            log.Asked(caller.Actor, "fix the drift of", environment.ToString(), refused?.Reason ?? $"{report!.Fixed.Length} brought back, {report.Changed.Length} left");
        if (refused is not null)
            return refused.AsRefusal();
        return TypedResults.Ok(DriftViews.Of(environment, report! with { Untold = [.. report.Untold, .. untold] }));
    }
}
