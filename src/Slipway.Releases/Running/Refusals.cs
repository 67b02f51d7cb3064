using Slipway.Core.Manifests;
using Slipway.Releases.OneOffs;
using Slipway.Releases.Rollouts;
using Slipway.Releases.Rotations;

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

    public static CommandAnswer.Refused CircuitOpen(EnvironmentName environment, Circuit circuit) => new(
        "SLIP473", $"The circuit of {environment} is open: {circuit.Sentence}", circuit.Remedy(environment));

    public static CommandAnswer.Refused ReasonNeeded(EnvironmentName environment) => new(
        "SLIP474", $"The circuit of {environment} is closed only with a reason, which the audit log keeps.",
        $"Say what you found: slipway resume {environment} --reason TEXT");

    public static CommandAnswer.Refused NotLive(EnvironmentName environment, string setting) => new(
        "SLIP463", $"Nothing that is live in {environment} holds {setting}, so there is nothing to roll.",
        $"Set it with slipway secrets set {setting} -e {environment}, and deploy.");

    public static CommandAnswer.Refused NotByRotation(string setting, string why, string remedy) => new(
        "SLIP464", $"{setting} cannot be rotated: {why}", remedy);

    public static CommandAnswer.Refused NoRole(string setting, IEnumerable<string> roles) => new(
        "SLIP465", $"The connection string of {setting} that is live logs in as neither of its two roles, {string.Join(" and ", roles)}.",
        "Deploy one that uses one of them, or correct the roles in the manifest.");

    public static CommandAnswer.Refused NotLatest(string setting, EnvironmentName environment) => new(
        "SLIP466", $"What is live in {environment} does not hold the latest version of {setting}.",
        "Deploy it, or take it out of use with slipway secrets retire, and rotate then.");

    public static CommandAnswer.Refused Shared(string setting, EnvironmentName other) => new(
        "SLIP467", $"{other} holds the same secret as {setting}, and would lose access.",
        "Give each environment a secret of its own: a name without a slash in its reference.");

    public static CommandAnswer.Refused NoRotation(EnvironmentName environment, string rotation) => new(
        "SLIP468", $"There is no rotation {rotation} in {environment}.", "See slipway status.");

    public static CommandAnswer.Refused TooLate(RotationState rotation) => new(
        "SLIP469", rotation.IsOver ? $"{rotation.Id} is over." : $"{rotation.Id} has come too far to be aborted: the new one is used, or it is being taken back already.",
        "Rotate again to replace what it made; slipway rollback restores the release before while the old one is still accepted.");

    public static CommandAnswer.Refused Taken(ReleaseId release, RotationState rotation) => new(
        "SLIP470", $"The release {release} holds what {rotation.Id} has taken out of use, so its instances would have no access.",
        "Deploy what that release was built from: it gets the secrets of today.");

    public static CommandAnswer.Refused SchemaAhead(EnvironmentName environment, ReleaseId release) => new(
        "SLIP475", $"An incompatible migration has changed the data of {environment} since the release {release}, which cannot work with it any more.", NoWayBack.Remedy);

    /// <summary>Why a deploy cannot migrate as it is asked to; null when it can, or does not migrate.</summary>
    public static CommandAnswer.Refused? OfMigration(DeployCommand command)
    {
        var migrations = command.Application.Services.Where(one => one.Migration is not null).ToList();
        if (command.Incompatible && migrations.Count == 0)
            return new("SLIP476", "No service of the application migrates, so no migration can be incompatible.", "Leave --incompatible away, or give a service migrate.");
        var incompatible = migrations.Exists(one => command.Incompatible || one.Migration is { Compatible: false });
        return incompatible && (command.Strategy ?? command.Application.Rollout.Strategy) != Strategy.Recreate
            ? new("SLIP476", "An incompatible migration needs the strategy recreate: under any other the release before serves on while the new one does.",
                "Deploy with --strategy recreate, or make the change in steps that both releases can work with.")
            : null;
    }

    private static string Word(RolloutState rollout) => rollout.PausedAt is not null ? "paused" : rollout.Phase.ToString().ToLowerInvariant();
}
