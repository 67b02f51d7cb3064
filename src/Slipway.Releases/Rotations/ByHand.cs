using Slipway.Core.Settings;
using Slipway.Releases.Rollouts;

namespace Slipway.Releases.Rotations;

/// <summary>Says what is left to a person when a rotation could not end as it should.</summary>
internal static class ByHand
{
    /// <summary>The old one could not be dropped from the instances.</summary>
    public static RotationFailure Drop(RotationState rotation, RotationFailure failure)
        => failure with { Remedy = $"{failure.Remedy} A deploy drops the old one; then take it out of use: slipway secrets retire {rotation.Old!.Name}#{rotation.Old.Version}" };

    /// <summary>The old one could not be taken away.</summary>
    public static RotationFailure Retire(RotationState rotation, RotationFailure failure)
        => failure with { Remedy = $"{failure.Remedy} {Credential(rotation, "old")}, and take its version out of use: slipway secrets retire {rotation.Old!.Name}#{rotation.Old.Version}" };

    /// <summary>The new one could not be taken away.</summary>
    public static RotationFailure Undo(RotationState rotation, RotationFailure failure)
        => new($"{rotation.Failure?.Reason} Then the new one could not be taken away: {failure.Reason}", $"{failure.Remedy} {Credential(rotation, "new")}.");

    /// <summary>The old one alone could not be brought back to the instances.</summary>
    public static RotationFailure Restore(RotationState rotation, RolloutState rollout) => new(
        $"{rotation.Failure?.Reason} Then the old one alone could not be brought back by {rollout.Id}: {rollout.Failure?.Reason ?? "it did not go live."}",
        $"What is live accepts both and uses the old one. Take the new ones out of use ({string.Join(", ", rotation.Made.Select(made => $"slipway secrets retire {made.Name}#{made.Version}"))}), and deploy.");

    private static string Credential(RotationState rotation, string which) => rotation.Plan.Rotation.Kind switch
    {
        RotationKind.Database => $"Take the password of the {which} role away: ALTER ROLE ... PASSWORD NULL",
        RotationKind.Token => $"Revoke the {which} token where it was made",
        _ => $"See to it that nobody uses the {which} one",
    };
}
