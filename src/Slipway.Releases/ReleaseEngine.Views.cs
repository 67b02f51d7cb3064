using Slipway.Core.Api;
using Slipway.Core.Manifests;
using Slipway.Releases.Rollouts;
using Slipway.Releases.Running;

namespace Slipway.Releases;

/// <summary>What the engine shows: folds of the journal and the last observations, never anything of its own.</summary>
public sealed partial class ReleaseEngine
{
    /// <summary>A rotation of an environment, under way or over; null when there is none.</summary>
    public RotationView? Rotation(EnvironmentName environment, RotationId id)
        => _runners.TryGetValue(environment, out var runner) && runner.State.Find(id) is { } rotation ? RotationViews.Of(runner, rotation) : null;

    /// <summary>The rotations of an environment, newest first.</summary>
    /// <param name="environment">Where.</param>
    /// <param name="limit">How many at most.</param>
    public IReadOnlyList<RotationView> Rotations(EnvironmentName environment, int limit)
        => _runners.TryGetValue(environment, out var runner)
            ? [.. runner.State.Rotations.Reverse().Take(limit).Select(rotation => RotationViews.Of(runner, rotation))] : [];

    /// <summary>An environment as it is now: the journal's fold and the last observation; null when there never was one of that name.</summary>
    public EnvironmentView? Snapshot(EnvironmentName environment)
        => _runners.TryGetValue(environment, out var runner) && runner.State.Rollouts.Count > 0 ? Views.Of(Application(runner.State), runner) : null;

    /// <summary>A rollout of any environment, under way or over.</summary>
    public RolloutView? Rollout(RolloutId id)
    {
        foreach (var runner in _runners.Values)
        {
            if (runner.State.Find(id) is { } rollout)
                return Views.Rollout(runner.State, rollout, runner.Seen, runner.Waits);
        }
        return null;
    }

    /// <summary>A release that was ever built.</summary>
    public Release? Release(ReleaseId id)
        => _runners.Values.Select(runner => runner.State.Releases.GetValueOrDefault(id)?.Release).FirstOrDefault(found => found is not null);

    /// <summary>A release that was ever built, to be shown.</summary>
    public ReleaseView? ReleaseView(ReleaseId id) => Release(id) is { } release ? Views.Release(release) : null;

    /// <summary>The rollouts of an environment, newest first.</summary>
    /// <param name="environment">Where.</param>
    /// <param name="limit">How many at most.</param>
    public IReadOnlyList<RolloutView> History(EnvironmentName environment, int limit)
        => _runners.TryGetValue(environment, out var runner)
            ? [.. runner.State.Rollouts.Reverse().Take(limit).Select(rollout => Views.Rollout(runner.State, rollout, runner.Seen, runner.Waits))]
            : [];

    private static ApplicationName Application(EnvironmentState state)
        => state.Rollouts[^1].Blueprint?.Application ?? state.Releases[state.Rollouts[^1].Candidate!.Value].Release.Application;
}
