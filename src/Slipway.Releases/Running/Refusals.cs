using Slipway.Core.Manifests;
using Slipway.Releases.Rollouts;

namespace Slipway.Releases.Running;

/// <summary>Every reason for which the engine refuses a command, with its stable code.</summary>
internal static class Refusals
{
    public static CommandAnswer.Refused Busy(RolloutState other) => new(
        "SLIP451", $"The rollout {other.Id} is under way ({other.Phase.ToString().ToLowerInvariant()}).",
        "Wait for it, ask with --queue to wait in line, or end it with slipway abort.");

    public static CommandAnswer.Refused Stopping(EnvironmentName environment) => new(
        "SLIP452", $"{environment} is being brought down.", "Wait until it is idle.");

    public static CommandAnswer.Refused DiskFull(long free, long min) => new(
        "SLIP453", $"The disk is nearly full: {free >> 20} MiB are free, {min >> 20} MiB are needed to record a rollout safely.",
        "Free some space, such as by removing old artefacts, and ask again.");

    public static CommandAnswer.Refused NothingBefore(EnvironmentName environment) => new(
        "SLIP454", $"No other release was live in {environment} before.", "Name a release: slipway history shows them.");

    public static CommandAnswer.Refused NoSuchRelease(EnvironmentName environment, ReleaseId release) => new(
        "SLIP455", $"The release {release} was never built for {environment}.", "Name another one: slipway history shows them.");

    public static CommandAnswer.Refused NothingUnderWay(EnvironmentName environment, SteerVerb verb) => new(
        "SLIP456", $"No rollout is under way in {environment}, so there is nothing to {verb.ToString().ToLowerInvariant()}.", "See slipway status.");

    public static CommandAnswer.Refused DoesNotApply(RolloutState rollout, SteerVerb verb) => new(
        "SLIP457", $"{rollout.Id} is {Word(rollout)}; {verb.ToString().ToLowerInvariant()} does not apply.", "See slipway status.");

    public static CommandAnswer.Refused Journal(string why) => new(
        "SLIP458", $"The journal cannot be written, so nothing was begun: {why}", "Correct that and ask again.");

    public static CommandAnswer.Refused Secret(string why) => new(
        "SLIP459", $"A secret could not be kept, so nothing was begun: {why}", "Correct that and ask again.");

    public static CommandAnswer.Refused NothingLive(EnvironmentName environment) => new(
        "SLIP471", $"No release is live in {environment}, so there is nothing to compare.", $"Deploy first: slipway deploy {environment}");

    public static CommandAnswer.Refused NotSeen(EnvironmentName environment, string why) => new(
        "SLIP472", $"What runs in {environment} cannot be seen: {why}", "Correct that and ask again.");

    private static string Word(RolloutState rollout) => rollout.PausedAt is not null ? "paused" : rollout.Phase.ToString().ToLowerInvariant();
}
