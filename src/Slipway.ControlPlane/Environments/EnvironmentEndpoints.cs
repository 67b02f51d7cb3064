using Microsoft.AspNetCore.Http.HttpResults;
using Slipway.ControlPlane.Callers;
using Slipway.ControlPlane.Hosting;
using Slipway.ControlPlane.Problems;
using Slipway.ControlPlane.Rollouts;
using Slipway.Core.Api;
using Slipway.Releases;

namespace Slipway.ControlPlane.Environments;

/// <summary>What runs where.</summary>
internal static class EnvironmentEndpoints
{
    /// <summary>Every environment.</summary>
    public static Ok<IReadOnlyList<EnvironmentView>> List(ReleaseEngine engine)
        => TypedResults.Ok<IReadOnlyList<EnvironmentView>>([.. engine.Environments.Select(engine.Snapshot).OfType<EnvironmentView>()]);

    /// <summary>One environment.</summary>
    /// <param name="environment">Which one.</param>
    public static Results<Ok<EnvironmentView>, Refusal> Show(EnvironmentName environment, ReleaseEngine engine)
        => engine.Snapshot(environment) is { } view ? TypedResults.Ok(view) : Missing(environment, engine);

    /// <summary>Ends everything of an environment; answers once nothing of it runs.</summary>
    /// <param name="environment">Which one.</param>
    public static async Task<Results<Ok<EnvironmentView>, Refusal>> Down(
        EnvironmentName environment,
        DownRequest request,
        ReleaseEngine engine,
        EnvironmentEnding ending,
        ApiCaller caller,
        ILogger<EnvironmentEnding> log,
        CancellationToken cancellation)
    {
        if (engine.Snapshot(environment) is null)
            return Missing(environment, engine);
        var answer = await engine.Down(environment, request.Reset, caller.By("cli"), CancellationToken.None);
        log.Asked(caller.Actor, request.Reset ? "reset" : "end", environment.ToString(), answer.Sentence());
        if (answer is CommandAnswer.Refused refused)
            return refused.AsRefusal();
        // What was asked for goes on when the caller does not wait for it.
        return TypedResults.Ok(await ending.Finish(environment, request.Reset).WaitAsync(cancellation));
    }

    /// <summary>There is no environment of that name.</summary>
    public static Refusal Missing(EnvironmentName environment, ReleaseEngine engine)
    {
        var known = string.Join(", ", engine.Environments);
        return Refusals.NotFound(
            $"Nothing was ever deployed to the environment '{environment}'.",
            known.Length == 0 ? "Deploy to it first." : $"Deploy to it first, or name one of: {known}.");
    }
}
