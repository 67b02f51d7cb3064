using Slipway.Releases.Journals;
using Slipway.Releases.Rollouts;

namespace Slipway.Releases.OneOffs;

/// <summary>
/// After an incompatible migration the release before cannot work with the data any more: a rollout that fails then is not
/// undone to it. It holds, says so, and a person decides.
/// </summary>
internal static class NoWayBack
{
    /// <summary>What a person can do.</summary>
    public const string Remedy = "Deploy a release that knows the data as it is now, or restore a backup from before the migration.";

    /// <summary>Whether a rollout cannot be undone any more.</summary>
    public static bool Is(EnvironmentState state, RolloutState rollout)
        => rollout is { Stable: { } stable, IsOver: false, Candidate: { } candidate } && rollout.Phase != RolloutPhase.RollingBack
            && state.OneOffs.Forbids(stable) && !state.OneOffs.Forbids(candidate);

    /// <summary>What happens instead of an undoing.</summary>
    /// <param name="rollout">The rollout.</param>
    /// <param name="undo">The undoing.</param>
    /// <param name="onward">What it would do if nothing had failed.</param>
    public static Decision Instead(RolloutState rollout, RollBackBegun undo, Func<Decision> onward) => rollout switch
    {
        { Stuck: null } => new Decision.Move(new RolloutStuck(undo.Failure with
        {
            Remedy = $"{undo.Failure.Remedy} The release before cannot work with the data any more. {Remedy}",
        })),
        { Overruled: true } or { Phase: RolloutPhase.Guarding } => onward(),
        _ => new Decision.Wait(null, $"a person, since it cannot be undone: {undo.Failure.Reason}"),
    };

    /// <summary>Why a release is not released: the data has gone on without it. Null when it can be.</summary>
    public static Failure? Refusal(EnvironmentState state, RolloutState rollout) => rollout.Candidate is { } candidate && state.OneOffs.Forbids(candidate)
        ? new($"The release {candidate} is from before an incompatible migration and cannot work with the data as it is now.", "migration", null, null, [], Remedy)
        : null;
}
