using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.HttpResults;
using Slipway.ControlPlane.Callers;
using Slipway.ControlPlane.Environments;
using Slipway.ControlPlane.Following;
using Slipway.ControlPlane.Hosting;
using Slipway.ControlPlane.Problems;
using Slipway.ControlPlane.Rollouts;
using Slipway.Core.Api;
using Slipway.Core.Manifests;
using Slipway.Releases;

namespace Slipway.ControlPlane.Rotations;

/// <summary>Rotations of secrets.</summary>
internal static class RotationEndpoints
{
    private const int ListMax = 1000;
    private const int ReasonLengthMax = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Renews a secret: a new one is made and brought to every instance, then the old one is taken out of use.</summary>
    /// <param name="environment">Where.</param>
    public static async Task<Results<Accepted<RotateAnswer>, Refusal>> Rotate(
        EnvironmentName environment, RotateRequest request, ReleaseEngine engine, ApiCaller caller, ILogger<ReleaseEngine> log, CancellationToken cancellation)
    {
        if (request.Reason is { Length: > ReasonLengthMax })
            return Refusals.Malformed($"The reason is longer than {ReasonLengthMax} characters.");
        var (command, refusal) = RotatePlan.Read(environment, request, caller);
        if (command is null)
            return refusal!;
        var answer = await engine.Rotate(command, CancellationToken.None);
        log.Asked(caller.Actor, $"rotate {command.Plan.Setting} in", environment.ToString(), answer.Sentence());
        return answer switch
        {
            CommandAnswer.Accepted { Rotation: { } id } accepted => TypedResults.Accepted((string?)null, new RotateAnswer(engine.Rotation(environment, id)!, accepted.Message)),
            CommandAnswer.Refused refused => refused.AsRefusal(),
            _ => throw new InvalidOperationException("An answer of no known kind."),
        };
    }

    /// <summary>The rotations of an environment, newest first.</summary>
    /// <param name="environment">Which one.</param>
    /// <param name="limit">How many at most, 1 to 1000; 20 when not given.</param>
    public static Results<Ok<IReadOnlyList<RotationView>>, Refusal> List(EnvironmentName environment, int? limit, ReleaseEngine engine)
    {
        if (limit is < 1 or > ListMax)
            return Refusals.Malformed($"limit is 1 to {ListMax}.");
        return engine.Snapshot(environment) is null
            ? EnvironmentEndpoints.Missing(environment, engine)
            : TypedResults.Ok(engine.Rotations(environment, limit ?? 20));
    }

    /// <summary>One rotation.</summary>
    /// <param name="environment">Of which environment.</param>
    /// <param name="rotation">Which one.</param>
    public static Results<Ok<RotationView>, Refusal> Show(EnvironmentName environment, RotationId rotation, ReleaseEngine engine)
        => engine.Rotation(environment, rotation) is { } view ? TypedResults.Ok(view) : Missing(environment, rotation);

    /// <summary>A rotation at every change, as server-sent events; ends after its outcome.</summary>
    /// <param name="environment">Of which environment.</param>
    /// <param name="rotation">Which one.</param>
    public static Results<EventStream<RotationView>, Refusal> Follow(EnvironmentName environment, RotationId rotation, ReleaseEngine engine, TimeProvider clock)
        => engine.Rotation(environment, rotation) is null
            ? Missing(environment, rotation)
            : new EventStream<RotationView>(cancellation => Changes(environment, rotation, engine, clock, cancellation), ApiJson.Default.RotationView, skipRepeats: true);

    /// <summary>Takes a rotation back; refused once every instance uses the new one.</summary>
    /// <param name="environment">Of which environment.</param>
    /// <param name="rotation">Which one.</param>
    public static async Task<Results<Ok<RotationView>, Refusal>> Abort(
        EnvironmentName environment, RotationId rotation, SteerRequest request, ReleaseEngine engine, ApiCaller caller, ILogger<ReleaseEngine> log)
    {
        if (request.Reason is { Length: > ReasonLengthMax })
            return Refusals.Malformed($"The reason is longer than {ReasonLengthMax} characters.");
        if (engine.Snapshot(environment) is null)
            return EnvironmentEndpoints.Missing(environment, engine);
        var answer = await engine.AbortRotation(environment, rotation, caller.By("cli"), request.Reason, CancellationToken.None);
        log.Asked(caller.Actor, $"abort {rotation} in", environment.ToString(), answer.Sentence());
        return answer is CommandAnswer.Refused refused ? refused.AsRefusal() : TypedResults.Ok(engine.Rotation(environment, rotation)!);
    }

    private static async IAsyncEnumerable<StreamItem<RotationView>> Changes(
        EnvironmentName environment, RotationId rotation, ReleaseEngine engine, TimeProvider clock, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            // Read before the state: a change in between is then seen as one that is still to come.
            var revision = engine.Revision;
            if (engine.Rotation(environment, rotation) is not { } view)
                yield break;
            yield return new(null, view);
            if (view.Outcome is not null)
                yield break;
            await engine.WaitForChange(revision, cancellation);
            await Task.Delay(Pause, clock, cancellation);
        }
    }

    private static Refusal Missing(EnvironmentName environment, RotationId rotation)
        => Refusals.NotFound($"There is no rotation {rotation} in {environment}.", "See slipway status for those under way.");
}
