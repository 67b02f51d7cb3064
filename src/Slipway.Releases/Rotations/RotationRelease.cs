using Slipway.Releases.Journals;
using Slipway.Releases.Rollouts;

namespace Slipway.Releases.Rotations;

/// <summary>Asks for the release of a rotation's phase: the live one, with other versions of one secret and nothing else.</summary>
internal static class RotationRelease
{
    /// <summary>The request; something must be live.</summary>
    public static RolloutRequested Request(EnvironmentState state, RotationState rotation)
    {
        var live = state.Releases[state.Live!.Value];
        var held = HeldSecret.Now(rotation)!;
        var blueprint = new Planning.Blueprint
        {
            Application = live.Release.Application,
            Version = live.Release.Version,
            Services = [.. live.Release.Services.Select(service => HeldSecret.Holds(service, rotation.Plan) is null ? service : held.In(service, rotation.Plan))],
            Terms = live.Terms,
            Derived = new(live.Release.Id, live.Release.Stamp),
        };
        return new(blueprint, null, rotation.Path, $"{rotation.Id} of {rotation.Plan.Setting}, {Word(rotation)}") { Rotation = rotation.Id };
    }

    private static string Word(RotationState rotation) => rotation.Phase switch
    {
        RotationPhase.Announcing => "so that the new one is accepted",
        RotationPhase.Switching => "so that the new one is used",
        RotationPhase.Dropping => "so that the old one is dropped",
        _ => "so that the old one alone is used again",
    };
}
