using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Releases.Journals;
using Slipway.Releases.OneOffs;
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

    private readonly EnvironmentName _environment;
    private readonly RunnerParts _parts;
    private readonly SecretVault _vault;
    private readonly Effects _effects;
    private readonly Scrutiny _scrutiny;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly PassLoop _loop;
    private readonly BuildUnderWay _build;
    private readonly RotationDriver _rotations;
    private readonly Publication _publication;
    private readonly GuardWatch _guard = new();
    private readonly AlarmRounds _alarms = new();
    private bool _orphansGone;

    /// <summary>Makes the runner of an environment from its fold.</summary>
    public EnvironmentRunner(EnvironmentState state, RunnerParts parts)
    {
        (State, _environment, _parts) = (state, state.Environment, parts);
        _loop = new(_environment, parts, Publish);
        _vault = new(parts.Ports.Secrets, parts.Ports.Redactor);
        _effects = new(_environment, parts.Ports, _vault, parts.Fence, parts.Clock);
        _scrutiny = new(_environment, parts.Ports, parts.Clock, Wake);
        _build = new(parts, Wake);
        Drift = new(this, parts);
        _publication = new(parts.Published);
        _rotations = new(parts.Ports, parts.Clock, Wake);
    }

    /// <summary>What the journal says.</summary>
    public EnvironmentState State { get; private set; }

    /// <summary>What was last seen.</summary>
    public Observation Seen { get; private set; } = Observation.None;

    /// <summary>What a rollout waits for, by rollout, with the time at which it stops waiting.</summary>
    public ImmutableDictionary<RolloutId, Decision.Wait> Waits { get; private set; } = ImmutableDictionary<RolloutId, Decision.Wait>.Empty;

    /// <summary>Looks for what is other than declared.</summary>
    public DriftRounds Drift { get; }

    /// <summary>What a rotation waits for.</summary>
    public ImmutableDictionary<RotationId, RotationDecision.Wait> RotationWaits => _rotations.Waits;

    /// <summary>What keeps the runner itself from working; null when nothing does.</summary>
    public string? Trouble => _loop.Trouble;

    /// <summary>Makes the loop look again.</summary>
    public void Wake() => _loop.Wake();

    /// <summary>Runs until cancelled, or until another control plane has taken over.</summary>
    public Task Run(CancellationToken cancellation) => _loop.Run(Pass, cancellation);

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
                var acted = await _effects.Converge(State, Seen, _scrutiny.Traffic, cancellation);
                Look();
                Publish();
                if (!moved && !acted)
                    break;
            }
            return Pace.Of(State, Waits.Values.Select(wait => wait.Until).Concat(RotationWaits.Values.Select(wait => wait.Until)), _effects.Draining, _parts.Clock.GetUtcNow());
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

    /// <summary>
    /// What a look for drift compares with; null while nothing is live. It waits for no pass, which may be held up by what the
    /// look is to find: a change in between makes a look that does not count, since two must agree.
    /// </summary>
    /// <exception cref="TargetException">The target does not answer, so that nothing can be said.</exception>
    public async Task<DriftGround?> Ground(CancellationToken cancellation)
    {
        if (!Seen.TargetAnswers)
            await Pass(cancellation);
        var (state, seen) = (State, Seen);
        if (state.Stopping || state.Live is null)
            return null;
        if (!seen.TargetAnswers)
            throw new TargetException("the target does not answer.");
        seen = seen with { Instances = await _parts.Ports.Target.Observe(_environment, cancellation) };
        var workloads = Desired.Of(state, seen).Workloads;
        var atRest = state.Active is null && state.Condemned.IsEmpty && seen.TableCurrent && seen.Faults.IsEmpty && !_effects.Draining;
        return new(state, seen, atRest, workloads, await _vault.Variables(workloads, _environment, cancellation));
    }

    /// <summary>Puts the route table again, above the version of one that somebody else has put, and returns once that was tried.</summary>
    public async Task PutTableAgain(long version, CancellationToken cancellation)
    {
        await Command(() =>
        {
            _effects.PutAgain(version);
            return new CommandAnswer.Unchanged("The table is put again.");
        }, cancellation);
        await Pass(cancellation);
    }

    /// <summary>Journals an event and folds it.</summary>
    public void Happen(RolloutId? rollout, string actor, JournalEvent happened)
    {
        var record = _parts.Journal.Append(_environment, rollout, actor, _vault.Mask(happened));
        State = State.Apply(record);
        if (happened is RollBackBegun or RolloutEnded)
            _build.Cancel(rollout);
    }

    private async Task Observe(CancellationToken cancellation)
    {
        if (_effects.Address is not null && await _scrutiny.Read(IsWatched() || _effects.Draining ? Pace.WatchEvery : Pace.IdleEvery, cancellation))
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
            Seen = Seen with { TargetAnswers = true, Instances = instances, Ended = await _parts.Ports.Target.Ended(_environment, cancellation) };
        }
        catch (TargetException fault)
        {
            Seen = Seen with { TargetAnswers = false };
            _loop.Report($"{_environment}: {fault.Message}");
        }
        Look();
        _scrutiny.Begin(State, Seen.Instances, cancellation);
    }

    // Brings everything that is derived up to date with the state and the observation.
    private void Look()
    {
        var services = Tables.Of(State, Desired.Of(State, Seen), Seen);
        var current = _effects.Table is { } table ? Tables.Same(table.Services, services) : services.IsEmpty && !_effects.MayServe(State, Seen);
        Seen = _scrutiny.Judge(State, Seen with
        {
            Table = _effects.Table,
            Address = _effects.Address,
            TableCurrent = current,
            TableBehindSince = current ? null : Seen.TableBehindSince ?? _parts.Clock.GetUtcNow(),
            Faults = _effects.Faults,
        });
    }

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
        while (Drains.Untold(State, Seen) is { } ended)
        {
            if (ended.Event.CutOff)
                _parts.Log($"{_environment}: {ended.Event.What}");
            Happen(ended.Rollout, Caller.Slipway.Actor, ended.Event);
            moved = true;
        }
        while (OneOffWatch.LeftBehind(State, Seen) is { } left)
        {
            Happen(left.Rollout, Caller.Slipway.Actor, await Told(State.Find(left.Rollout)!, left.Event, cancellation));
            moved = true;
        }
        if (Replacement.Ended(State, Seen, _parts.Clock.GetUtcNow()) is { } replaced)
        {
            Happen(null, Caller.Slipway.Actor, replaced);
            moved = true;
        }
        moved |= _rotations.Decide(this, cancellation);
        while (_alarms.Next(State, Seen, _parts.Clock.GetUtcNow()) is { } alarm)
        {
            Happen(null, Caller.Slipway.Actor, alarm);
            moved = true;
        }
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
        if (rollout.Phase == RolloutPhase.Building && rollout.Candidate is null && _build.Next(State, rollout, cancellation) is { } built)
            return built;
        if (_scrutiny.Passed(State, rollout, Seen, cancellation) is { Count: > 0 } passed)
        {
            // Looking again after each would cost a large application its seconds.
            foreach (var proved in passed.SkipLast(1))
                Happen(id, Caller.Slipway.Actor, proved);
            return passed[^1];
        }
        if (OneOffWatch.Next(State, rollout, Seen) is { } oneOff)
            return await Told(rollout, oneOff, cancellation);
        if (rollout is { Phase: RolloutPhase.RollingBack, Explained: false } && Seen.TableCurrent)
            return await Explain(rollout, cancellation);
        // Whoever restores a release has decided against the one that is live; there is nothing left to guard.
        if (rollout is { Phase: RolloutPhase.Building, IsRollback: true } && rollout.Candidate != State.Live)
            EndGuard(id);
        if (_guard.Next(State, rollout, Seen, _parts.Clock.GetUtcNow()) is { } guard)
            return guard;
        var seen = Desired.GuardedBehind(State)?.Id == id ? Seen with { Gates = Seen.GuardGates } : Seen;
        switch (RolloutMachine.Next(State, State.Find(id)!, seen, _parts.Clock.GetUtcNow()))
        {
            case Decision.Move { Event: HandOverBegun or RolloutPromoted } move:
                EndGuard(id);
                return move.Event;
            case Decision.Move move:
                return _scrutiny.Measured(State, rollout, move.Event);
            case Decision.Wait wait:
                waits[id] = wait;
                return null;
            default:
                throw new InvalidOperationException("A decision of no known kind.");
        }
    }

    private async Task<JournalEvent> Told(RolloutState rollout, JournalEvent oneOff, CancellationToken cancellation)
        => oneOff is MigrationFinished finished ? await SchemaVersion.Told(finished, _parts, rollout, cancellation) : oneOff;

    // The guard of a release goes on until its successor takes its place; from then on there is no way back past that one.
    private void EndGuard(RolloutId successor)
    {
        if (State.Guarded is not { Phase: RolloutPhase.Guarding } guarded || guarded.Id == successor)
            return;
        Happen(guarded.Id, Caller.Slipway.Actor, new RolloutEnded(RolloutOutcome.Promoted, null, $"The guard ends early: {successor} follows."));
        Look();
    }

    private async Task<FailureExplained> Explain(RolloutState rollout, CancellationToken cancellation)
        => new(await LastLines.Of(_parts.Ports.Target, _parts.Clock, rollout, cancellation));

    private bool IsWatched() => State.Current is { Phase: not (RolloutPhase.Building or RolloutPhase.Done) } || State.Guarded is not null || !State.Condemned.IsEmpty;

    private void Publish() => _publication.Tell(State, Seen, Trouble, RotationWaits);
}
