using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Releases.Journals;
using Slipway.Releases.OneOffs;
using Slipway.Releases.Rollouts;
using Slipway.Releases.Rotations;

namespace Slipway.Releases.Running;

/// <summary>What a command does to an environment's fold; run between two passes.</summary>
internal static class Commands
{
    /// <summary>Asks for a rollout.</summary>
    public static CommandAnswer Request(EnvironmentRunner runner, RolloutRequested request, Caller caller, bool queue)
    {
        var state = runner.State;
        if (state.Stopping)
            return Refusals.Stopping(state.Environment);
        if (request.Release is null && Circuit.Of(state) is { } circuit)
            return Refusals.CircuitOpen(state.Environment, circuit);
        KeepStuck(runner, caller);
        state = runner.State;
        var before = state.Active ?? state.Queue.LastOrDefault();
        if (before is not null && !queue)
            return Refusals.Busy(before);
        var id = state.NextId();
        runner.Happen(id, caller.Actor, request);
        return new CommandAnswer.Accepted(id, before is null ? $"Rollout {id} has begun." : $"Rollout {id} waits in line behind {before.Id}.");
    }

    /// <summary>Makes an earlier release live again.</summary>
    public static CommandAnswer Rollback(EnvironmentRunner runner, ReleaseId? to, Caller caller, string? reason)
    {
        var state = runner.State;
        if (to is { } named && !state.Releases.ContainsKey(named))
            return Refusals.NoSuchRelease(state.Environment, named);
        if (state.Active is { } active)
        {
            // Whoever wants back in the middle of a rollout wants what is live, not a second rollout.
            return to is null || to == state.Live ? Abort(runner, active, caller, reason) : Refusals.Busy(active);
        }
        if (state.Guarded is { Phase: RolloutPhase.Guarding, Stable: { } warm } guarded && (to is null || to == warm))
            return Abort(runner, guarded, caller, reason);
        var target = to ?? state.Lives.FindLast(release => release != state.Live);
        if (target == default(ReleaseId))
            return Refusals.NothingBefore(state.Environment);
        if (state.OneOffs.Forbids(target))
            return Refusals.SchemaAhead(state.Environment, target);
        if (Taken(state, target) is { } rotation)
            return Refusals.Taken(target, rotation);
        return target == state.Live
            ? new CommandAnswer.Unchanged($"Release {target} is live already.")
            : Request(runner, new(null, target, caller.Path, reason), caller, queue: false);
    }

    /// <summary>Tells the rollout under way what to do.</summary>
    public static CommandAnswer Steer(EnvironmentRunner runner, SteerVerb verb, Caller caller, string? reason)
    {
        var state = runner.State;
        if (verb == SteerVerb.Resume && state.Active is not { PausedAt: not null } && Circuit.Of(state) is { } circuit)
            return Close(runner, circuit, caller, reason);
        if ((state.Current ?? state.Queue.FirstOrDefault()) is not { } rollout)
            return Refusals.NothingUnderWay(state.Environment, verb);
        if (verb == SteerVerb.Abort)
            return rollout.Phase == RolloutPhase.RollingBack ? Refusals.DoesNotApply(rollout, verb) : Abort(runner, rollout, caller, reason);
        var applies = verb switch
        {
            SteerVerb.Approve => rollout.Phase == RolloutPhase.Waiting,
            SteerVerb.Resume => rollout.PausedAt is not null,
            SteerVerb.Pause => rollout.PausedAt is null && IsMoving(rollout),
            _ when rollout.Stuck is not null => !rollout.Overruled && rollout.PausedAt is null,
            _ => !rollout.PromoteAsked && rollout.PausedAt is null && (IsMoving(rollout) || rollout.Phase == RolloutPhase.Building),
        };
        if (!applies)
            return Refusals.DoesNotApply(rollout, verb);
        runner.Happen(rollout.Id, caller.Actor, new RolloutSteered(verb, reason));
        return new CommandAnswer.Accepted(rollout.Id, $"{rollout.Id}: {new RolloutSteered(verb, null).What}");
    }

    private static CommandAnswer Close(EnvironmentRunner runner, Circuit circuit, Caller caller, string? reason)
    {
        if (string.IsNullOrWhiteSpace(reason))
            return Refusals.ReasonNeeded(runner.State.Environment);
        runner.Happen(null, caller.Actor, new CircuitClosed(reason.Trim()));
        return new CommandAnswer.Accepted(circuit.Undone[0].Id, $"The circuit of {runner.State.Environment} is closed: deploys are taken again.");
    }

    /// <summary>Ends everything.</summary>
    public static CommandAnswer Down(EnvironmentRunner runner, bool reset, Caller caller)
    {
        var state = runner.State;
        if (state.Stopping)
            return new CommandAnswer.Unchanged($"{state.Environment} is being brought down already.");
        if (state.Live is null && state.Current is null && runner.Seen.TargetAnswers && runner.Seen.Instances.IsEmpty)
            return new CommandAnswer.Unchanged($"Nothing runs in {state.Environment}.");
        foreach (var rollout in state.Rollouts.Where(one => !one.IsOver))
        {
            runner.Happen(rollout.Id, caller.Actor, new RolloutEnded(
                rollout.Promoted ? RolloutOutcome.Promoted : rollout.Outcome ?? RolloutOutcome.Aborted, null, "Ended: the environment is brought down."));
        }
        runner.Happen(null, caller.Actor, new DownRequested(reset));
        return new CommandAnswer.Accepted(null, $"Everything in {state.Environment} is being ended.");
    }

    /// <summary>The rollout that a deploy has to wait for; one that fails and cannot be undone gives way to its repair.</summary>
    public static RolloutState? Busy(EnvironmentState state) => state.Active is { Stuck: null } active ? active : state.Queue.FirstOrDefault();

    // What fails and cannot be undone stays until its successor has taken over.
    private static void KeepStuck(EnvironmentRunner runner, Caller caller)
    {
        if (runner.State.Active is not { Stuck: { } failure, Candidate: { } candidate } stuck)
            return;
        if (runner.State.Live != candidate)
            runner.Happen(stuck.Id, caller.Actor, new CandidateKept(candidate));
        runner.Happen(stuck.Id, caller.Actor, new RolloutEnded(RolloutOutcome.Failed, failure, $"Over: failed, and {candidate} stays until its successor is live."));
    }

    // Its instances would start with what no longer grants access.
    private static RotationState? Taken(EnvironmentState state, ReleaseId target) => state.Rotations.Find(rotation => rotation.IsTaken
        && state.Releases[target].Release.Services.Any(service => service.Secrets.Values.Any(rotation.IsTakenFrom)));

    private static bool IsMoving(RolloutState rollout)
        => rollout.Phase is RolloutPhase.Starting or RolloutPhase.Proving or RolloutPhase.Baking or RolloutPhase.Waiting;

    private static CommandAnswer Abort(EnvironmentRunner runner, RolloutState rollout, Caller caller, string? reason)
    {
        if (rollout.Phase == RolloutPhase.RollingBack)
            return new CommandAnswer.Unchanged($"{rollout.Id} is being undone already.");
        if (NoWayBack.Is(runner.State, rollout))
            return Refusals.SchemaAhead(runner.State.Environment, rollout.Stable!.Value);
        var failure = new Failure(reason ?? $"{caller.Actor} asked for it.", null, null, null, ImmutableArray<string>.Empty, "Deploy again when you are ready.");
        runner.Happen(rollout.Id, caller.Actor, rollout.Undone(failure));
        return new CommandAnswer.Accepted(rollout.Id, $"{rollout.Id} is being undone.");
    }
}
