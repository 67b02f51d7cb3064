using Slipway.Core.Manifests;
using Slipway.Core.Settings;
using Slipway.Releases.Journals;
using Slipway.Releases.Rollouts;
using Slipway.Releases.Rotations;

namespace Slipway.Releases.Running;

/// <summary>What commands about rotations do to an environment's fold, and what must hold before.</summary>
internal static class RotationCommands
{
    /// <summary>Why a secret cannot be rotated as things are; null when it can, or is already.</summary>
    /// <param name="ports">What the engine acts on.</param>
    /// <param name="state">The environment.</param>
    /// <param name="others">Every environment of this control plane.</param>
    /// <param name="plan">What is to be renewed.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <exception cref="SecretStoreException">The store cannot be used.</exception>
    public static async Task<CommandAnswer.Refused?> Refusal(
        EnginePorts ports, EnvironmentState state, IEnumerable<EnvironmentState> others, RotationPlan plan, CancellationToken cancellation)
    {
        if (UnderWay(state, plan) is not null)
            return null;
        if (Live(state) is not { } live || HeldSecret.Holds(live, plan) is not { } old)
            return Refusals.NotLive(state.Environment, plan.Setting);
        if (others.FirstOrDefault(other => other.Environment != state.Environment && Live(other) is { } release && Holders.Has(release, plan.IsOf)) is { } sharing)
            return Refusals.Shared(plan.Setting, sharing.Environment);
        var store = ports.Secrets.Find(plan.Store, plan.SecretStores, plan.SourceFolder);
        if (!store.KeepsVersions)
            return Refusals.NotByRotation(plan.Setting, $"the store '{store.Name}' keeps no versions.", "Keep it in home, in an encrypted file or in Vault, and refer to it there.");
        var value = await store.Read(old, cancellation);
        ports.Redactor.Learn([value]);
        // Another field of the same Vault secret may have made a version more, of the same value.
        if (await store.Latest(plan.Name, cancellation) is { } latest && latest != old && await store.Read(latest, cancellation) != value)
            return Refusals.NotLatest(plan.Setting, state.Environment);
        return plan.Rotation.Kind switch
        {
            RotationKind.Database or RotationKind.Token when ports.Credentials is null
                => Refusals.NotByRotation(plan.Setting, "this control plane makes no credentials.", "Rotate it by hand: slipway secrets set, deploy, then slipway secrets retire."),
            RotationKind.Database when DatabaseRoles.Idle(plan, value) is null => Refusals.NoRole(plan.Setting, plan.Rotation.Roles),
            RotationKind.Keys when !KeySet.IsSet(value)
                => Refusals.NotByRotation(plan.Setting, "what is live is no set of keys.", $"Make one: slipway secrets set {plan.Setting} -e {state.Environment} --generate, and deploy."),
            _ => null,
        };
    }

    /// <summary>Asks for a rotation, or joins the one of the same secret that is under way.</summary>
    public static CommandAnswer Request(EnvironmentRunner runner, RotateCommand command)
    {
        var state = runner.State;
        if (state.Stopping)
            return Refusals.Stopping(state.Environment);
        if (UnderWay(state, command.Plan) is { } known)
        {
            if (command.Now && !known.Now)
                runner.Happen(null, command.Caller.Actor, new RotationHurried(known.Id, command.Reason));
            return new CommandAnswer.Accepted(null, $"{known.Id} rotates {known.Plan.Setting} already{(command.Now && !known.Now ? ", and wastes no time from now on" : "")}.") { Rotation = known.Id };
        }
        if (Live(state) is not { } live || HeldSecret.Holds(live, command.Plan) is null)
            return Refusals.NotLive(state.Environment, command.Plan.Setting);
        var id = state.NextRotationId();
        runner.Happen(null, command.Caller.Actor, new RotationRequested(id, command.Plan, command.Now, command.Caller.Path, command.Reason));
        return new CommandAnswer.Accepted(null, $"Rotation {id} of {command.Plan.Setting} has begun.") { Rotation = id };
    }

    /// <summary>Takes a rotation back, as long as the new one is not used everywhere.</summary>
    public static CommandAnswer Abort(EnvironmentRunner runner, RotationId id, Caller caller, string? reason, DateTimeOffset now)
    {
        var state = runner.State;
        if (state.Find(id) is not { } rotation)
            return Refusals.NoRotation(state.Environment, id.ToString());
        var used = rotation.Phase == RotationPhase.Switching && rotation.Rollout is { } rollout && state.Find(rollout)!.IsOver;
        if (used || rotation.Phase is not (RotationPhase.Waiting or RotationPhase.Announcing or RotationPhase.Switching))
            return Refusals.TooLate(rotation);
        var failure = new RotationFailure(reason ?? $"{caller.Actor} asked for it.", "Rotate again when you are ready.");
        runner.Happen(null, caller.Actor, rotation.Phase == RotationPhase.Waiting
            ? new RotationEnded(id, RotationOutcome.Undone, failure)
            : new RotationFailed(id, failure, RotationMachine.Linger(state, rotation, now)));
        return new CommandAnswer.Accepted(null, $"{id} is being taken back.") { Rotation = id };
    }

    private static RotationState? UnderWay(EnvironmentState state, RotationPlan plan)
        => state.Rotations.Find(one => !one.IsOver && one.Plan.Store == plan.Store && one.Plan.Name == plan.Name);

    private static Release? Live(EnvironmentState state) => state.Live is { } live ? state.Releases[live].Release : null;
}
