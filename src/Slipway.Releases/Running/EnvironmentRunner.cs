using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Releases.Journals;
using Slipway.Releases.Ports;
using Slipway.Releases.Rollouts;
using Slipway.Releases.Rotations;

namespace Slipway.Releases.Running;

/// <summary>
/// Drives one environment: observe, decide, journal the decision, bring the world to it, and again. Resuming after a crash
/// is the same loop over the same fold.
/// </summary>
internal sealed class EnvironmentRunner
{
    private const int RoundsMax = 64;
    private static readonly TimeSpan WatchEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan GuardEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan IdleEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RecordTime = TimeSpan.FromSeconds(60);

    private readonly EnvironmentName _environment;
    private readonly RunnerParts _parts;
    private readonly SecretVault _vault;
    private readonly Effects _effects;
    private readonly Prover _prover;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Wakeup _wakeup = new();
    private readonly TrafficWatch _watch;
    private readonly RotationDriver _rotations;
    private RolloutId? _judged;
    private (RolloutId Id, Task<CandidateBuild.Result> Result, CancellationTokenSource End)? _build;
    private bool _orphansGone;
    private string? _trouble;
    private string? _publishedTrouble;
    private (EnvironmentState? State, Observation Seen) _published = (null, Observation.None);
    private object? _publishedWaits;

    /// <summary>Makes the runner of an environment from its fold.</summary>
    public EnvironmentRunner(EnvironmentState state, RunnerParts parts)
    {
        (State, _environment, _parts) = (state, state.Environment, parts);
        _vault = new(parts.Ports.Secrets, parts.Ports.Redactor);
        _effects = new(_environment, parts.Ports, _vault, parts.Fence, parts.Clock);
        _prover = new(_environment, parts.Ports.Target, Wake);
        _watch = new(_environment, parts.Ports.Traffic, parts.Clock);
        _rotations = new(parts.Ports, parts.Clock, Wake);
    }

    /// <summary>What the journal says.</summary>
    public EnvironmentState State { get; private set; }

    /// <summary>What was last seen.</summary>
    public Observation Seen { get; private set; } = Observation.None;

    /// <summary>What a rollout waits for, by rollout, with the time at which it stops waiting.</summary>
    public ImmutableDictionary<RolloutId, Decision.Wait> Waits { get; private set; } = ImmutableDictionary<RolloutId, Decision.Wait>.Empty;

    /// <summary>What a rotation waits for.</summary>
    public ImmutableDictionary<RotationId, RotationDecision.Wait> RotationWaits => _rotations.Waits;

    /// <summary>What keeps the runner itself from working; null when nothing does.</summary>
    public string? Trouble => _trouble;

    /// <summary>Makes the loop look again.</summary>
    public void Wake() => _wakeup.Call();

    /// <summary>Runs until cancelled, or until another control plane has taken over.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            var next = IdleEvery;
            try
            {
                next = await Pass(cancellation);
                _trouble = null;
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (StaleFencingTokenException fault)
            {
                Report(fault.Message);
                return;
            }
            catch (Exception fault)
            {
                // Whatever it was, the environment must not be left alone: say so and look again.
                Report($"{_environment}: {fault.Message}");
                _parts.Log(fault.ToString());
            }
            try
            {
                await _wakeup.Wait(next, _parts.Clock, cancellation);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Observes, decides and acts until nothing moves any more. Gives the time after which to look again.</summary>
    public async Task<TimeSpan> Pass(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            for (var round = 0; round < RoundsMax; round++)
            {
                await Observe(cancellation);
                var moved = await Decide(cancellation);
                var acted = await _effects.Converge(State, Seen, _watch.Log.Answers ? _watch.Log.Last : null, cancellation);
                Look();
                Publish();
                if (!moved && !acted)
                    break;
            }
            return Pace();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Runs a command between two passes, and looks again right after.</summary>
    public async Task<CommandAnswer> Command(Func<CommandAnswer> command, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            return command();
        }
        finally
        {
            _turn.Release();
            Publish();
            Wake();
        }
    }

    /// <summary>Journals an event and folds it.</summary>
    public void Happen(RolloutId? rollout, string actor, JournalEvent happened)
    {
        var record = _parts.Journal.Append(_environment, rollout, actor, _vault.Mask(happened));
        State = State.Apply(record);
        if (happened is RollBackBegun or RolloutEnded && _build is { } build && build.Id == rollout)
            build.End.Cancel();
    }

    private async Task Observe(CancellationToken cancellation)
    {
        if (_effects.Address is not null && await _watch.Read(IsWatched() || _effects.Draining ? WatchEvery : IdleEvery, cancellation))
            _effects.ForgetGateway();
        try
        {
            var instances = await _parts.Ports.Target.Observe(_environment, cancellation);
            if (!_orphansGone)
            {
                // Releases that the journal never heard of belong to nobody; all others are drained before they go.
                var known = instances.Select(one => new WorkloadKey(one.Release, one.Service)).Where(key => State.Releases.ContainsKey(key.Release));
                await _parts.Ports.Target.RemoveOrphans(_environment, [.. known], _parts.Fence, cancellation);
                foreach (var kept in State.Releases.Values.Where(kept => instances.Any(one => one.Release == kept.Release.Id)))
                    await _vault.Learn(kept, cancellation);
                _orphansGone = true;
            }
            Seen = Seen with { TargetAnswers = true, Instances = instances };
        }
        catch (TargetException fault)
        {
            Seen = Seen with { TargetAnswers = false };
            Report($"{_environment}: {fault.Message}");
        }
        Look();
    }

    // Brings everything that is derived up to date with the state and the observation.
    private void Look()
    {
        var services = Tables.Of(State, Desired.Of(State, Seen), Seen);
        var rollout = State.Current;
        if (rollout?.Id != _judged)
        {
            _judged = rollout?.Id;
            _watch.Reset();
            _prover.Reset();
        }
        Seen = Seen with
        {
            Table = _effects.Table,
            Address = _effects.Address,
            TableCurrent = _effects.Table is { } table ? Tables.Same(table.Services, services) : services.IsEmpty,
            Faults = _effects.Faults,
            SmokeFailures = _prover.Failures,
            Gates = _watch.Judge(State, Judged(), Seen.Instances),
        };
    }

    private RolloutState? Judged()
        => Desired.Mover(State) is { Phase: not (RolloutPhase.RollingBack or RolloutPhase.Done) } rollout ? rollout : null;

    private async Task<bool> Decide(CancellationToken cancellation)
    {
        var moved = false;
        var waits = ImmutableDictionary.CreateBuilder<RolloutId, Decision.Wait>();
        foreach (var id in State.Rollouts.Where(one => !one.IsOver).Select(one => one.Id).ToList())
        {
            // A rotation hears first how its rollout ended: whoever's turn is next gets the secret that this leaves.
            if (State.Find(id)!.Phase == RolloutPhase.Queued)
                moved |= _rotations.Decide(this, cancellation);
            for (var steps = 0; steps < RoundsMax; steps++)
            {
                if (await Next(id, waits, cancellation) is not { } happened)
                    break;
                Happen(id, Caller.Slipway.Actor, happened);
                moved = true;
                Look();
            }
        }
        Waits = waits.ToImmutable();
        moved |= _rotations.Decide(this, cancellation);
        if (State.Stopping && Seen is { TargetAnswers: true, Instances.IsEmpty: true } && _effects.GatewayEnded)
        {
            Happen(null, Caller.Slipway.Actor, new DownFinished());
            moved = true;
        }
        return moved;
    }

    private async Task<JournalEvent?> Next(RolloutId id, ImmutableDictionary<RolloutId, Decision.Wait>.Builder waits, CancellationToken cancellation)
    {
        var rollout = State.Find(id)!;
        if (rollout.Phase == RolloutPhase.Building && rollout.Candidate is null && Build(rollout, cancellation) is { } built)
            return built;
        if (_prover.Next(State, rollout, Seen, cancellation) is { } proved)
            return proved;
        if (FinishedJob(rollout) is { } job)
            return job;
        if (rollout is { Phase: RolloutPhase.RollingBack, Explained: false } && Seen.TableCurrent)
            return await Explain(rollout, cancellation);
        var guarded = State.Guarded;
        if (rollout is { Phase: RolloutPhase.Building, Candidate: not null } && rollout.Candidate != State.Live && guarded is { Phase: RolloutPhase.Guarding })
        {
            Happen(guarded.Id, Caller.Slipway.Actor, new RolloutEnded(RolloutOutcome.Promoted, null, $"The guard ends early: {id} follows."));
            Look();
        }
        switch (RolloutMachine.Next(State, State.Find(id)!, Seen, _parts.Clock.GetUtcNow()))
        {
            case Decision.Move { Event: TrafficShifted shifted } when rollout.Candidate is { } candidate:
                return Measured(shifted, rollout, candidate);
            case Decision.Move move:
                return move.Event;
            case Decision.Wait wait:
                waits[id] = wait;
                return null;
            default:
                throw new InvalidOperationException("A decision of no known kind.");
        }
    }

    private TrafficShifted Measured(TrafficShifted shifted, RolloutState rollout, ReleaseId candidate) => shifted with
    {
        Baseline = rollout.Baseline is null ? _watch.Log.Baseline(candidate) : null,
        Record = rollout.Stable is { } stable ? _watch.Log.Record(State.Releases[stable].Release, _parts.Clock.GetUtcNow() - RecordTime) : [],
    };

    private JobFinished? FinishedJob(RolloutState rollout)
    {
        if (rollout.Candidate is not { } candidate || rollout.Phase is not (RolloutPhase.Starting or RolloutPhase.Proving or RolloutPhase.HandingOver))
            return null;
        foreach (var job in State.Releases[candidate].Release.Services.Where(one => one.Service.Kind == ServiceKind.Job))
        {
            var name = job.Service.Name;
            if (!rollout.JobsDone.Contains(name) && Seen.Of(candidate, name).Any(one => one.ExitCode is 0))
                return new(name);
        }
        return null;
    }

    private JournalEvent? Build(RolloutState rollout, CancellationToken cancellation)
    {
        if (_build is not { } build || build.Id != rollout.Id)
        {
            var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var services = HeldSecret.In(rollout.Blueprint!.Services, State.Rotations, rollout.RequestedAt);
            var asAsked = services == rollout.Blueprint.Services;
            // What was prepared does not know what rotations have done since it was asked for.
            var result = _parts.Prepared.TryRemove(rollout.Id, out var prepared) && asAsked
                ? prepared : _parts.Build.Run(asAsked ? rollout.Blueprint : rollout.Blueprint with { Services = services }, end.Token);
            build = (rollout.Id, result, end);
            _build = build;
            _ = build.Result.ContinueWith(_ => Wake(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
        if (!build.Result.IsCompleted)
            return null;
        _build = null;
        if (build.Result.IsFaulted)
            throw build.Result.Exception!.GetBaseException();
        if (build.Result.IsCanceled)
            return null;
        var (kept, cached, failed) = build.Result.Result;
        return kept is not null ? new ReleaseBuilt(kept, cached) : new RolloutEnded(RolloutOutcome.Failed, failed, "Over: it could not be built, nothing has changed.");
    }

    private async Task<FailureExplained> Explain(RolloutState rollout, CancellationToken cancellation)
        => new(await LastLines.Of(_parts.Ports.Target, _parts.Clock, rollout, cancellation));

    private bool IsWatched() => State.Current is { Phase: not (RolloutPhase.Building or RolloutPhase.Done) };

    private TimeSpan Pace()
    {
        var pace = _effects.Draining ? WatchEvery : State.Current switch
        {
            { Phase: RolloutPhase.Guarding } => GuardEvery,
            { Phase: not (RolloutPhase.Building or RolloutPhase.Done) } => WatchEvery,
            _ => State.Live is null && State.Current is null && !State.Stopping ? IdleEvery * 5 : IdleEvery,
        };
        // A bake that ends between two ticks ends on time.
        var now = _parts.Clock.GetUtcNow();
        foreach (var wait in Waits.Values.Select(wait => wait.Until).Concat(RotationWaits.Values.Select(wait => wait.Until)))
        {
            if (wait is { } until && until > now && until - now < pace)
                pace = until - now;
        }
        return pace;
    }

    private void Report(string trouble)
    {
        if (_trouble != trouble)
            _parts.Log(trouble);
        _trouble = trouble;
        Publish();
    }

    private void Publish()
    {
        var (state, seen) = _published;
        if (ReferenceEquals(state, State) && seen.TargetAnswers == Seen.TargetAnswers && seen.Instances.SequenceEqual(Seen.Instances)
            && seen.Gates.SequenceEqual(Seen.Gates) && ReferenceEquals(seen.Table, Seen.Table) && seen.Address == Seen.Address
            && seen.Faults.SequenceEqual(Seen.Faults) && _publishedTrouble == _trouble && ReferenceEquals(_publishedWaits, RotationWaits))
            return;
        _published = (State, Seen);
        (_publishedTrouble, _publishedWaits) = (_trouble, RotationWaits);
        _parts.Published();
    }
}
