using Microsoft.AspNetCore.Http.HttpResults;
using Slipway.ControlPlane.Callers;
using Slipway.ControlPlane.Environments;
using Slipway.ControlPlane.Hosting;
using Slipway.ControlPlane.Problems;
using Slipway.Core.Api;
using Slipway.Releases;

namespace Slipway.ControlPlane.Rollouts;

/// <summary>What a person tells a rollout under way, and the way back.</summary>
internal static class SteerEndpoints
{
    private const int ReasonLengthMax = 500;

    /// <summary>Tells the rollout under way what to do.</summary>
    /// <param name="environment">Of which environment.</param>
    /// <param name="verb">promote, approve, pause, resume or abort.</param>
    public static async Task<Results<Ok<RolloutView>, Refusal>> Steer(
        EnvironmentName environment, string verb, SteerRequest request, ReleaseEngine engine, ApiCaller caller, ILogger<ReleaseEngine> log)
    {
        if (ReadVerb(verb) is not { } what)
            return Refusals.NotFound($"A rollout does not take '{verb}'.", "Use promote, approve, pause, resume or abort.");
        if (engine.Snapshot(environment) is null)
            return EnvironmentEndpoints.Missing(environment, engine);
        if (request.Reason is { Length: > ReasonLengthMax })
            return Refusals.Malformed($"The reason is longer than {ReasonLengthMax} characters.");
        var answer = await engine.Steer(environment, what, caller.By("cli"), request.Reason, CancellationToken.None);
        log.Asked(caller.Actor, verb, environment.ToString(), answer.Sentence());
        return answer switch
        {
            CommandAnswer.Accepted { Rollout: { } id } when engine.Rollout(id) is { } view => TypedResults.Ok(view),
            CommandAnswer.Refused refused => refused.AsRefusal(),
            _ when engine.Snapshot(environment)?.Rollout is { } current => TypedResults.Ok(current),
            _ => Refusals.Conflict($"{environment} has no rollout under way: {answer.Sentence()}", "See slipway status."),
        };
    }

    /// <summary>Makes the release before, or a named one, live again.</summary>
    /// <param name="environment">In which environment.</param>
    public static async Task<Results<Accepted<DeployAnswer>, Ok<DeployAnswer>, Refusal>> Rollback(
        EnvironmentName environment, RollbackRequest request, ReleaseEngine engine, ApiCaller caller, ILogger<ReleaseEngine> log)
    {
        if (engine.Snapshot(environment) is null)
            return EnvironmentEndpoints.Missing(environment, engine);
        if (request.Reason is { Length: > ReasonLengthMax })
            return Refusals.Malformed($"The reason is longer than {ReasonLengthMax} characters.");
        if (request.To is { } to && engine.Release(to) is null)
            return RolloutEndpoints.MissingRelease(to);
        var answer = await engine.Rollback(environment, request.To, caller.By("cli"), request.Reason, CancellationToken.None);
        log.Asked(caller.Actor, "roll back", environment.ToString(), answer.Sentence());
        return answer switch
        {
            CommandAnswer.Accepted accepted => TypedResults.Accepted((string?)null, accepted.AsAnswer(engine)),
            CommandAnswer.Unchanged unchanged => TypedResults.Ok(new DeployAnswer(null, unchanged.Message)),
            CommandAnswer.Refused refused => refused.AsRefusal(),
            _ => throw new InvalidOperationException("An answer of no known kind."),
        };
    }

    private static SteerVerb? ReadVerb(string verb) => verb switch
    {
        "promote" => SteerVerb.Promote,
        "approve" => SteerVerb.Approve,
        "pause" => SteerVerb.Pause,
        "resume" => SteerVerb.Resume,
        "abort" => SteerVerb.Abort,
        _ => null,
    };
}
