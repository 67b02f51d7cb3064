using Slipway.Core.Manifests;
using Slipway.Releases.Journals;
using Slipway.Releases.Ports;
using Slipway.Releases.Rollouts;

namespace Slipway.Releases.OneOffs;

/// <summary>Tells of the one-offs of a candidate what has begun, what has ended, and what has failed. Pure.</summary>
internal static class OneOffWatch
{
    /// <summary>The next thing that is seen of them and that the journal does not know; null for nothing.</summary>
    public static JournalEvent? Next(EnvironmentState state, RolloutState rollout, Observation seen)
    {
        if (rollout.Phase == RolloutPhase.RollingBack)
            return EndedWell(state, rollout, seen);
        foreach (var one in OneOffList.Due(state, rollout))
        {
            var begun = rollout.OneOffStarts.ContainsKey(one.Name);
            if (Instance(rollout, seen, one) is not { } instance)
            {
                if (begun && seen.TargetAnswers && one.Plan.Repeatable)
                    return new OneOffRepeated(one.Name, one.Kind);
            }
            else if (!begun && instance.Phase is InstancePhase.Running or InstancePhase.Ended)
            {
                return new OneOffStarted(one.Name, one.Kind, instance.Id);
            }
            else if (instance is { Phase: InstancePhase.Ended, ExitCode: 0 })
            {
                return Finished(one);
            }
        }
        return null;
    }

    /// <summary>
    /// The next one that is seen to have ended well while everything is brought down, with its rollout; null for none. What became of it
    /// between the last look and the word to end everything would be lost with it.
    /// </summary>
    public static (RolloutId Rollout, JournalEvent Event)? LeftBehind(EnvironmentState state, Observation seen)
    {
        if (!state.Stopping || state.Resetting)
            return null;
        foreach (var rollout in state.Rollouts.Where(one => !one.OneOffStarts.IsEmpty))
        {
            if (EndedWell(state, rollout, seen) is { } well)
                return (rollout.Id, well);
        }
        return null;
    }

    /// <summary>Why the rollout cannot go on; null when it can.</summary>
    public static Failure? Failed(EnvironmentState state, RolloutState rollout, Observation seen, DateTimeOffset now)
        => OneOffList.Due(state, rollout).Select(one => Failed(one, rollout, seen, now)).FirstOrDefault(failure => failure is not null);

    /// <summary>When one that has to run before the start must have ended, or begun.</summary>
    public static DateTimeOffset Deadline(OneOff one, RolloutState rollout)
        => rollout.OneOffStarts.TryGetValue(one.Name, out var started) ? started + one.Plan.TimeMax : BeginDeadline(rollout);

    /// <summary>When a phase that gets instances ready must be over: what waits for a job has its time once the job has ended.</summary>
    public static DateTimeOffset StartDeadline(EnvironmentState state, RolloutState rollout, TimeSpan startTime)
    {
        var deadline = Later(rollout.PhaseSince, rollout.OneOffEndedAt) + startTime;
        foreach (var job in OneOffList.Jobs(state, rollout))
        {
            var end = rollout.OneOffStarts.TryGetValue(job.Name, out var started) ? started + job.Plan.TimeMax + startTime : deadline + job.Plan.TimeMax;
            deadline = Later(deadline, end);
        }
        return deadline;
    }

    private static Failure? Failed(OneOff one, RolloutState rollout, Observation seen, DateTimeOffset now)
    {
        var instance = Instance(rollout, seen, one);
        var begun = rollout.OneOffStarts.TryGetValue(one.Name, out var started);
        return instance switch
        {
            { Phase: InstancePhase.Ended, ExitCode: 0 } => null,
            { Phase: InstancePhase.Ended, ExitCode: null } when one.Plan.Repeatable => null,
            { Phase: InstancePhase.Ended, ExitCode: null } => Unknown(one, instance.Id),
            null when begun && seen.TargetAnswers && !one.Plan.Repeatable => Unknown(one, null),
            { Phase: InstancePhase.Ended } => Of(one, instance.Id, $"{one.What} has failed: {instance.Trouble ?? $"it ended with exit code {instance.ExitCode}"}.",
                $"Correct it and deploy again: a {Word(one)} that has not ended well runs again with the next deploy."),
            { Phase: InstancePhase.BackingOff } => Of(one, instance.Id, $"{one.What} cannot be run: {instance.Trouble ?? "it does not start"}.", "Correct its command and deploy again."),
            _ when begun && now >= started + one.Plan.TimeMax => Of(one, instance?.Id, $"{one.What} did not end within {Time(one.Plan.TimeMax)} and was ended.",
                $"Its last lines tell how far it came. Correct it, or raise its {(one.Kind == OneOffKind.Job ? "deadline" : "timeout")}, and deploy again."),
            _ when !begun && rollout.Phase == RolloutPhase.Migrating && now >= BeginDeadline(rollout) => Of(one, instance?.Id,
                $"{one.What} was not begun within {Time(rollout.Terms.Plan.StartDeadline)}{Why(seen, rollout)}.", "See slipway status, and deploy again."),
            _ => null,
        };
    }

    private static Failure Unknown(OneOff one, InstanceId? instance) => Of(one, instance, $"{one.What} has ended, and nobody saw how: it may have done its work, a part of it or nothing.",
        $"Find out what it did and put right what is half done. The next deploy runs it again; one that may always be run twice says so by repeatable: true.");

    private static Failure Of(OneOff one, InstanceId? instance, string reason, string remedy)
        => new(reason, Word(one), one.Name, instance, [], one is { Kind: OneOffKind.Migration, Compatible: false }
            ? $"It may have changed the data already: see whether what is live still works, and restore a backup if it does not. {remedy}" : remedy);

    // One that ended well before it was asked to end has done its work, whatever becomes of its release.
    private static JournalEvent? EndedWell(EnvironmentState state, RolloutState rollout, Observation seen)
        => OneOffList.Begun(state, rollout).FirstOrDefault(one => Instance(rollout, seen, one) is { Phase: InstancePhase.Ended, ExitCode: 0 }) is { } well ? Finished(well) : null;

    private static JournalEvent Finished(OneOff one) => one.Kind switch
    {
        OneOffKind.Migration => new MigrationFinished(one.Name, one.Compatible, null),
        OneOffKind.Seed => new SeedFinished(one.Name, one.SeedKey),
        _ => new JobFinished(one.Name),
    };

    private static Instance? Instance(RolloutState rollout, Observation seen, OneOff one)
        => seen.Of(rollout.Candidate!.Value, one.Name).FirstOrDefault(instance => instance.Phase != InstancePhase.Stopping);

    private static DateTimeOffset BeginDeadline(RolloutState rollout)
        => Later(rollout.PhaseSince, rollout.OneOffEndedAt) + rollout.Terms.Plan.StartDeadline;

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset? other) => other > one ? other.Value : one;

    private static string Why(Observation seen, RolloutState rollout)
        => seen.Faults.FirstOrDefault(one => one.Release is null || one.Release == rollout.Candidate) is { } fault ? $": {fault.Reason.TrimEnd('.')}" : "";

    private static string Word(OneOff one) => one.Kind.ToString().ToLowerInvariant();

    private static string Time(TimeSpan time) => time.TotalMinutes >= 1 ? $"{time.TotalMinutes:0.#} min" : $"{time.TotalSeconds:0.#} s";
}
