using Slipway.Core.Api;
using Slipway.Releases.Rotations;

namespace Slipway.Releases.Running;

/// <summary>Shows rotations as the API has them.</summary>
internal static class RotationViews
{
    /// <summary>A rotation.</summary>
    public static RotationView Of(EnvironmentRunner runner, RotationState rotation) => new()
    {
        Id = rotation.Id,
        Environment = runner.State.Environment,
        Setting = rotation.Plan.Setting,
        Kind = rotation.Plan.Rotation.Kind.ToString().ToLowerInvariant(),
        Phase = rotation.Phase.ToString().ToLowerInvariant(),
        Outcome = rotation.Outcome switch
        {
            RotationOutcome.Done => "done",
            RotationOutcome.Undone => "undone",
            RotationOutcome.KeptOld => "kept-old",
            _ => null,
        },
        Switched = rotation.Switched && !rotation.IsTakenBack && rotation.Outcome != RotationOutcome.Undone,
        Now = rotation.Now,
        Rollout = rotation.Rollout,
        Old = rotation.Old?.ToString(),
        New = rotation.New?.ToString(),
        OverlapUntil = rotation.OverlapUntil,
        Waiting = rotation.IsOver ? null : runner.RotationWaits.GetValueOrDefault(rotation.Id)?.Why,
        Failure = rotation.Failure is { } failure ? new(failure.Reason, failure.Remedy) : null,
        Actor = rotation.Actor,
        Path = rotation.Path,
        RequestedAt = rotation.RequestedAt,
        EndedAt = rotation.EndedAt,
        Milestones = [.. rotation.Milestones.Select(one => new MilestoneView(one.At, one.What))],
    };
}
