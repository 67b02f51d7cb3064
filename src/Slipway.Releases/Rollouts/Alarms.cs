namespace Slipway.Releases.Rollouts;

/// <summary>Says what needs a person now. Pure: it follows from the fold and what is seen.</summary>
public static class Alarms
{
    private static readonly TimeSpan Passing = TimeSpan.FromSeconds(10);

    /// <summary>Every alarm of this moment, with the time for which it must hold before it is worth a person's while, and be gone before it is over.</summary>
    public static IEnumerable<(Alarm Alarm, TimeSpan Patience)> Of(EnvironmentState state, Observation seen, DateTimeOffset now)
    {
        if (state.Stopping)
            yield break;
        if (Circuit.Of(state) is { } circuit)
            yield return (new(AlarmKind.CircuitOpen, null, circuit.Sentence, circuit.Remedy(state.Environment), now), TimeSpan.Zero);
        foreach (var rollout in state.Rollouts.Where(one => !one.IsOver))
        {
            if (Waiting(rollout, now) is { } waiting)
                yield return (waiting, TimeSpan.Zero);
            if (Shared(state, rollout, seen, now) is { } shared)
                yield return (shared, rollout.Waiting == WaitCause.SharedFault ? TimeSpan.Zero : Passing / 5);
            if (rollout.Phase == RolloutPhase.Guarding && !GuardTime.Sees(state, seen))
                yield return (Blind(rollout, seen, now), Passing);
            if (rollout.Stuck is { } failure)
                yield return (new(AlarmKind.NoWayBack, rollout.Id, $"{rollout.Id} fails and cannot be undone: {failure.Reason}", failure.Remedy, now), TimeSpan.Zero);
            if (Stuck(state, rollout, seen, now) is { } stuck)
                yield return (stuck, TimeSpan.Zero);
        }
    }

    private static Alarm? Waiting(RolloutState rollout, DateTimeOffset now) => rollout.Waiting switch
    {
        WaitCause.Approval or WaitCause.Migration => new(AlarmKind.Approval, rollout.Id, $"{rollout.Id}: {rollout.WaitingWhy}",
            $"Approve it with slipway approve {rollout.Environment}, or end it with slipway abort {rollout.Environment}.", now),
        WaitCause.Inconclusive => new(AlarmKind.Undecided, rollout.Id, $"{rollout.Id}: {rollout.WaitingWhy}",
            $"Judge it yourself: slipway approve {rollout.Environment} goes on, slipway abort {rollout.Environment} undoes.", now),
        _ => null,
    };

    private static Alarm? Shared(EnvironmentState state, RolloutState rollout, Observation seen, DateTimeOffset now)
    {
        var gates = Desired.GuardedBehind(state)?.Id == rollout.Id ? seen.GuardGates : Desired.Mover(state)?.Id == rollout.Id ? seen.Gates : [];
        var gate = gates.FirstOrDefault(one => one.Shared);
        if (gate is null && rollout.Waiting != WaitCause.SharedFault)
            return null;
        return new(AlarmKind.SharedFault, rollout.Id, $"{rollout.Id}: both releases fail alike, so neither is to blame and none is undone: {gate?.ToString() ?? rollout.WaitingWhy}",
            "Look at what both depend on, such as a database; it goes on by itself once that is well again.", now);
    }

    private static Alarm Blind(RolloutState rollout, Observation seen, DateTimeOffset now)
        => new(AlarmKind.GuardBlind, rollout.Id,
            $"{rollout.Id} is guarded, but {(seen.TargetAnswers ? "the gateway does not tell what it counts" : "what runs cannot be seen")}, so nobody would notice a fault.",
            $"See slipway status -e {rollout.Environment}; time that nobody watched does not count, up to as long as the guard itself.", now);

    private static Alarm? Stuck(EnvironmentState state, RolloutState rollout, Observation seen, DateTimeOffset now)
    {
        if (rollout.Phase != RolloutPhase.RollingBack)
            return null;
        var why = !seen.TableCurrent && now >= rollout.PhaseSince + Passing ? "the gateway has not confirmed the former table"
            : now >= rollout.PhaseSince + Undoing.EndingTime(state, rollout) ? Undoing.Missing(state, rollout, seen) is { } missing ? $"it waits for {missing}" : null
            : null;
        return why is null ? null : new(AlarmKind.UndoStuck, rollout.Id, $"{rollout.Id} is being undone and does not come to its end: {why}.",
            $"See slipway status -e {rollout.Environment}, and the gateway's and the instances' logs.", now);
    }
}
