using Microsoft.AspNetCore.Http.HttpResults;
using Slipway.ControlPlane.Environments;
using Slipway.ControlPlane.Following;
using Slipway.ControlPlane.Problems;
using Slipway.Core.Api;
using Slipway.Core.Manifests;
using Slipway.Releases;

namespace Slipway.ControlPlane.Rollouts;

/// <summary>Rollouts and the releases they make live.</summary>
internal static class RolloutEndpoints
{
    private const int HistoryMax = 1000;

    /// <summary>The rollouts of an environment, newest first.</summary>
    /// <param name="environment">Which one.</param>
    /// <param name="limit">How many at most, 1 to 1000; 20 when not given.</param>
    public static Results<Ok<IReadOnlyList<RolloutView>>, Refusal> History(EnvironmentName environment, int? limit, ReleaseEngine engine)
    {
        if (limit is < 1 or > HistoryMax)
            return Refusals.Malformed($"limit is 1 to {HistoryMax}.");
        return engine.Snapshot(environment) is null
            ? EnvironmentEndpoints.Missing(environment, engine)
            : TypedResults.Ok(engine.History(environment, limit ?? 20));
    }

    /// <summary>One rollout.</summary>
    /// <param name="rollout">Which one.</param>
    public static Results<Ok<RolloutView>, Refusal> Show(RolloutId rollout, ReleaseEngine engine)
        => engine.Rollout(rollout) is { } view ? TypedResults.Ok(view) : MissingRollout(rollout);

    /// <summary>One rollout at every change, as server-sent events, until it has ended.</summary>
    /// <param name="rollout">Which one.</param>
    public static Results<EventStream<RolloutView>, Refusal> Follow(RolloutId rollout, ReleaseEngine engine, TimeProvider clock)
        => engine.Rollout(rollout) is null
            ? MissingRollout(rollout)
            : new EventStream<RolloutView>(
                cancellation => RolloutChanges.Of(rollout, engine, clock, cancellation), ApiJson.Default.RolloutView, skipRepeats: true);

    /// <summary>One release.</summary>
    /// <param name="release">Which one.</param>
    public static Results<Ok<ReleaseView>, Refusal> Release(ReleaseId release, ReleaseEngine engine)
        => engine.ReleaseView(release) is { } view ? TypedResults.Ok(view) : MissingRelease(release);

    /// <summary>There is no release of that id.</summary>
    public static Refusal MissingRelease(ReleaseId release)
        => Refusals.NotFound($"There is no release {release}.", "See slipway history for the releases there are.");

    private static Refusal MissingRollout(RolloutId rollout)
        => Refusals.NotFound($"There is no rollout {rollout}.", "See slipway history for the rollouts there are.");
}
