using Microsoft.AspNetCore.Http.HttpResults;
using Slipway.ControlPlane.Callers;
using Slipway.ControlPlane.Hosting;
using Slipway.ControlPlane.Problems;
using Slipway.Core.Api;
using Slipway.Core.Manifests;
using Slipway.Core.Settings;
using Slipway.Releases;

namespace Slipway.ControlPlane.Rollouts;

/// <summary>The begin of a rollout.</summary>
internal static class DeployEndpoint
{
    /// <summary>Begins a rollout of what the manifest's folder holds now.</summary>
    /// <param name="environment">Where to.</param>
    public static async Task<Results<Accepted<DeployAnswer>, Ok<DeployAnswer>, Refusal>> Deploy(
        EnvironmentName environment, DeployRequest request, ReleaseEngine engine, ISecretStores stores, ApiCaller caller, ILogger<ReleaseEngine> log, CancellationToken cancellation)
    {
        var (command, refusal) = await DeployPlan.Read(environment, request, caller, stores, cancellation);
        if (command is null)
            return refusal!;
        if (Other(command.Application.Name, engine) is { } other)
            return Refusals.OtherApplication(other, command.Application.Name);
        // Once begun it goes on, whether or not the caller waits for the answer.
        var answer = await engine.Deploy(command, CancellationToken.None);
        log.Asked(caller.Actor, "deploy to", environment.ToString(), answer.Sentence());
        return answer switch
        {
            CommandAnswer.Accepted accepted => TypedResults.Accepted((string?)null, accepted.AsAnswer(engine)),
            CommandAnswer.Unchanged unchanged => TypedResults.Ok(new DeployAnswer(null, unchanged.Message)),
            CommandAnswer.Refused refused => refused.AsRefusal(),
            _ => throw new InvalidOperationException("An answer of no known kind."),
        };
    }

    // Environments share artefacts, secrets and a journal, so two applications in one home would take each other's.
    private static ApplicationName? Other(ApplicationName mine, ReleaseEngine engine)
    {
        foreach (var environment in engine.Environments)
        {
            if (engine.Snapshot(environment) is { } view && view.Application != mine)
                return view.Application;
        }
        return null;
    }
}
