using Slipway.Core.Manifests;
using Slipway.Releases.Journals;

namespace Slipway.Releases.Rollouts;

/// <summary>The last phase of a rollout that is undone: it is over when the world is as before.</summary>
internal static class Undoing
{
    /// <summary>How long the instances of both releases may take to end, their requests drained.</summary>
    public static TimeSpan EndingTime(EnvironmentState state, RolloutState rollout)
    {
        var grace = TimeSpan.Zero;
        foreach (var id in (ReleaseId?[])[rollout.Candidate, rollout.Stable])
        {
            if (id is { } release && state.Releases.TryGetValue(release, out var kept))
                grace = kept.Release.Services.Select(one => one.Service.StopGrace).Append(grace).Max();
        }
        return rollout.Terms.Plan.DrainDeadline + grace + TimeSpan.FromSeconds(5);
    }

    /// <summary>What it does next.</summary>
    public static Decision Next(EnvironmentState state, RolloutState rollout, Observation seen, DateTimeOffset now)
    {
        var missing = Missing(state, rollout, seen);
        if (missing is null)
            return new Decision.Move(new RolloutEnded(rollout.Outcome!.Value, null, Note(rollout)));
        var deadline = rollout.PhaseSince + EndingTime(state, rollout) + rollout.Terms.Plan.StartDeadline;
        return now < deadline
            ? new Decision.Wait(deadline, missing)
            : new Decision.Move(new RolloutEnded(rollout.Outcome!.Value, null, $"Over, though this could not be waited for: {missing}."));
    }

    /// <summary>What the world lacks to be as before; null for nothing.</summary>
    public static string? Missing(EnvironmentState state, RolloutState rollout, Observation seen)
    {
        if (!seen.TargetAnswers)
            return "the target to answer";
        if (!seen.TableCurrent)
            return "the gateway to confirm the former table";
        if (!rollout.Explained)
            return "the last log lines of what failed";
        if (rollout.Candidate is { } candidate && candidate != rollout.Stable && seen.Instances.Any(one => one.Release == candidate))
        {
            return StableMissing(state, rollout, seen) is { } back && rollout.UndoesPromotion ? back
                : Drains.Leaving(state, candidate, seen) ?? "the candidate's instances to end";
        }
        return StableMissing(state, rollout, seen);
    }

    private static string? StableMissing(EnvironmentState state, RolloutState rollout, Observation seen)
    {
        if (rollout.Stable is not { } stable)
            return null;
        foreach (var released in state.Releases[stable].Release.Services)
        {
            var service = released.Service;
            if (service.Kind != ServiceKind.Job && seen.Ready(stable, service.Name) < service.Replicas.Min)
                return $"{service.Name} of the release before to be ready";
        }
        return null;
    }

    private static string Note(RolloutState rollout) => rollout switch
    {
        { Stable: { } stable, Outcome: RolloutOutcome.Aborted } => $"Over: aborted, {stable} is live as before.",
        { Stable: { } stable, Outcome: RolloutOutcome.RolledBack } => $"Over: undone, {stable} is live again.",
        { Stable: { } stable } => $"Over: failed before it had traffic, {stable} is live as before.",
        _ => "Over: nothing was live before, nothing is now.",
    };
}
