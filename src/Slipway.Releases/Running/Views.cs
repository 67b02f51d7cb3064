using System.Collections.Immutable;
using Slipway.Core.Api;
using Slipway.Core.Manifests;
using Slipway.Releases.Drift;
using Slipway.Releases.Gates;
using Slipway.Releases.OneOffs;
using Slipway.Releases.Ports;
using Slipway.Releases.Rollouts;

namespace Slipway.Releases.Running;

/// <summary>Shows folds and observations as the API has them.</summary>
internal static class Views
{
    /// <summary>An environment.</summary>
    public static EnvironmentView Of(ApplicationName application, EnvironmentRunner runner)
    {
        var (state, seen, waits) = (runner.State, runner.Seen, runner.Waits);
        var served = OneOffList.Served(state, seen);
        return new()
        {
            Application = application,
            Environment = state.Environment,
            State = Word(state),
            Address = seen.Address,
            Live = Release(state, state.Live),
            Previous = Release(state, state.Previous),
            Rollout = state.Current is { } current ? Rollout(state, current, seen, waits) : null,
            Queue = [.. state.Queue.Select(queued => Rollout(state, queued, seen, waits))],
            Rotations = [.. state.Rotations.Where(one => !one.IsOver).Select(one => RotationViews.Of(runner, one))],
            Instances = [.. seen.Instances.Select(one => Instance(one, seen, isOneOff: !served.Contains(new(one.Release, one.Service))))],
            Drift = [.. state.Drift.Select(one => DriftViews.Finding(one, state.Environment))],
            LookedAt = runner.Drift.LookedAt,
            Schema = state.OneOffs.Schema,
            Troubles = Troubles(runner, state, seen),
            Alarms = [.. state.Alarms.Select(one => new AlarmView(one.Kind, one.Of, one.Since, one.Text, one.Remedy))],
            Circuit = Circuit.Of(state) is { } circuit ? new(circuit.Stable, circuit.Since, [.. circuit.Undone.Select(one => one.Id)]) : null,
        };
    }

    /// <summary>An environment of which nothing but its fold is known.</summary>
    public static EnvironmentView Of(EnvironmentState state, string note)
    {
        var (none, waits) = (Observation.None, ImmutableDictionary<RolloutId, Decision.Wait>.Empty);
        return new()
        {
            Application = state.Rollouts[^1].Blueprint?.Application ?? state.Releases[state.Rollouts[^1].Candidate!.Value].Release.Application,
            Environment = state.Environment,
            State = Word(state),
            Live = Release(state, state.Live),
            Previous = Release(state, state.Previous),
            Rollout = state.Current is { } current ? Rollout(state, current, none, waits) : null,
            Queue = [.. state.Queue.Select(queued => Rollout(state, queued, none, waits))],
            Drift = [.. state.Drift.Select(one => DriftViews.Finding(one, state.Environment))],
            Instances = [],
            Troubles = [note],
        };
    }

    /// <summary>A rollout.</summary>
    public static RolloutView Rollout(
        EnvironmentState state, RolloutState rollout, Observation seen, ImmutableDictionary<RolloutId, Decision.Wait> waits)
    {
        var current = state.Current?.Id == rollout.Id;
        var wait = waits.GetValueOrDefault(rollout.Id);
        return new()
        {
            Id = rollout.Id,
            Environment = rollout.Environment,
            Strategy = rollout.Terms.Plan.Strategy,
            Phase = Word(rollout),
            Outcome = rollout.IsOver ? Word(rollout.Outcome) : null,
            Promoted = rollout.Promoted,
            Candidate = Release(state, rollout.Candidate),
            Stable = Release(state, rollout.StableKnown ? rollout.Stable : rollout.IsOver ? null : state.Live),
            Percent = rollout.Share,
            Steps = [.. rollout.Steps.Select(step => step.Percent)],
            Step = rollout.Step,
            Workers = current ? WorkerShare.Shown(state, rollout, seen) : [],
            Gates = [.. (current ? seen.Gates : Desired.GuardedBehind(state)?.Id == rollout.Id ? seen.GuardGates : []).Select(Gate)],
            Waiting = rollout.IsOver ? null : rollout.PausedAt is null ? (rollout.Stuck is null ? rollout.WaitingWhy : null) ?? wait?.Why : "a person to resume it",
            PhaseEndsAt = PhaseEnd(rollout, wait),
            Failure = (rollout.Failure ?? rollout.Stuck) is { } failure
                ? new(failure.Reason, failure.Gate, failure.Instance, failure.LastLines, failure.Remedy) : null,
            Actor = rollout.Actor,
            Path = rollout.Path,
            RequestedAt = rollout.RequestedAt,
            EndedAt = rollout.EndedAt,
            Milestones = [.. rollout.Milestones.Select(one => new MilestoneView(one.At, one.What))],
        };
    }

    /// <summary>A release.</summary>
    public static ReleaseView Release(Release release) => new()
    {
        Id = release.Id,
        Version = release.Version,
        GitSha = release.Stamp.GitSha,
        BuildDate = release.Stamp.BuildDate,
        Services =
        [
            .. release.Services.Select(one => new ReleasedServiceView(
                one.Service.Name, one.Service.Kind, one.Service.Replicas.Min, one.Artefact?.ToString(), one.Settings,
                one.Secrets.ToDictionary(secret => secret.Key, secret => secret.Value.ToString()),
                [.. one.Service.Routes.Select(route => route.Host + route.Path)])),
        ],
    };

    private static ReleaseView? Release(EnvironmentState state, ReleaseId? id)
        => id is { } known && state.Releases.TryGetValue(known, out var kept) ? Release(kept.Release) : null;

    private static DateTimeOffset? PhaseEnd(RolloutState rollout, Decision.Wait? wait) => rollout.Phase switch
    {
        RolloutPhase.Done or RolloutPhase.Queued => null,
        RolloutPhase.Baking when rollout.PausedAt is null && wait is { Why: null } => RolloutMachine.BakeEnd(rollout),
        _ => wait?.Until,
    };

    private static GateView Gate(GateReading gate) => new(gate.Name, gate.Service, gate.Verdict switch
    {
        Verdict.Pass => "pass",
        Verdict.Fail => "fail",
        _ => "inconclusive",
    }, gate.Text);

    private static InstanceView Instance(Instance instance, Observation seen, bool isOneOff) => new()
    {
        Id = instance.Id,
        Service = instance.Service,
        Release = instance.Release,
        Phase = instance.Phase switch
        {
            InstancePhase.Starting => "starting",
            InstancePhase.BackingOff => "backing-off",
            InstancePhase.Stopping => "stopping",
            InstancePhase.Ended => instance.ExitCode is 0 ? "finished" : "failed",
            _ when isOneOff => "running",
            _ => instance.Ready ? "ready" : "not-ready",
        },
        Address = instance.Port is { } port ? $"{instance.Address}:{port}" : null,
        StartedAt = instance.StartedAt,
        Restarts = instance.Restarts,
        Fence = instance.Fence,
        MemoryBytes = instance.Usage?.MemoryBytes,
        CpuCores = instance.Usage?.CpuCores,
        TrafficPercent = Percent(instance, seen),
        Trouble = instance.Trouble,
    };

    private static double? Percent(Instance instance, Observation seen)
    {
        if (seen.Table?.Services.FirstOrDefault(service => service.Service == instance.Service) is not { } routed)
            return null;
        var whole = routed.Releases.Where(one => !one.Endpoints.IsEmpty).Sum(one => (long)one.Weight);
        var mine = routed.Releases.FirstOrDefault(one => one.Release == instance.Release);
        return whole == 0 || mine is null || !mine.Endpoints.Any(one => one.Instance == instance.Id)
            ? 0 : Math.Round(100.0 * mine.Weight / whole / mine.Endpoints.Length, 2);
    }

    private static List<string> Troubles(EnvironmentRunner runner, EnvironmentState state, Observation seen)
    {
        var troubles = new List<string>();
        if (runner.Trouble is { } own)
            troubles.Add(own);
        troubles.AddRange(seen.Faults.Select(fault => fault.Reason));
        troubles.AddRange(seen.Instances.Where(one => one.Trouble is not null && one.Phase != InstancePhase.Stopping).Select(one => $"{one.Id}: {one.Trouble}"));
        troubles.AddRange(seen.Gates.Where(gate => gate.Shared).Select(gate => $"Both releases fail: {gate}"));
        if (state.Current is { Stuck: { } stuck, Id: var stuckId })
            troubles.Add($"{stuckId} fails and cannot be undone: {stuck.Reason} {stuck.Remedy}");
        if (!state.Drift.IsEmpty)
            troubles.Add($"{state.Drift.Length} {(state.Drift.Length == 1 ? "thing runs" : "things run")} otherwise than declared: slipway drift {state.Environment}");
        if (state.Live is { } live && !state.Stopping && seen.TargetAnswers)
        {
            troubles.AddRange(state.Releases[live].Release.Services
                .Where(one => one.Service.Kind != ServiceKind.Job && seen.Ready(live, one.Service.Name) < one.Service.Replicas.Min && state.Active is null)
                .Select(one => $"{one.Service.Name}: {seen.Ready(live, one.Service.Name)} of {one.Service.Replicas.Min} instances are ready."));
        }
        return troubles;
    }

    private static string Word(EnvironmentState state)
    {
        if (state.Stopping)
            return "stopping";
        return state.Current switch
        {
            { Phase: RolloutPhase.RollingBack } => "rolling-back",
            { Phase: RolloutPhase.Guarding } => "guarding",
            { } => "rolling-out",
            null when state.Live is not null => "live",
            null => "idle",
        };
    }

    private static string Word(RolloutState rollout) => rollout switch
    {
        { PausedAt: not null, IsOver: false } => "paused",
        { Phase: RolloutPhase.RollingBack } => "rolling-back",
        { Phase: RolloutPhase.HandingOver } => "handing-over",
        _ => rollout.Phase.ToString().ToLowerInvariant(),
    };

    private static string? Word(RolloutOutcome? outcome) => outcome switch
    {
        RolloutOutcome.Promoted => "promoted",
        RolloutOutcome.RolledBack => "rolled-back",
        RolloutOutcome.Aborted => "aborted",
        RolloutOutcome.Failed => "failed",
        _ => null,
    };
}
