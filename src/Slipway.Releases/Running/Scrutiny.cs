using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Core.Telemetry;
using Slipway.Releases.Evidence;
using Slipway.Releases.Gates;
using Slipway.Releases.Journals;
using Slipway.Releases.Ports;
using Slipway.Releases.Rollouts;

namespace Slipway.Releases.Running;

/// <summary>
/// Everything by which rollouts of an environment are judged: what the gateway counts, smoke checks, the gates that read them, and
/// the release before as their witness.
/// </summary>
internal sealed class Scrutiny
{
    private static readonly TimeSpan RecordTime = TimeSpan.FromSeconds(60);

    private readonly TimeProvider _clock;
    private readonly TrafficWatch _watch;
    private readonly Prover _prover;
    private readonly SmokeRepeats _repeats;
    private readonly WarmWitness _witness;
    private (RolloutId? Rollout, bool StableKnown) _judged;

    /// <summary>Begins to look at an environment.</summary>
    /// <param name="environment">Where.</param>
    /// <param name="ports">What it asks.</param>
    /// <param name="clock">The time.</param>
    /// <param name="wake">Told when there is an answer.</param>
    public Scrutiny(EnvironmentName environment, EnginePorts ports, TimeProvider clock, Action wake)
    {
        _clock = clock;
        _watch = new(environment, ports.Traffic, clock);
        _prover = new(environment, ports.Target, wake);
        _repeats = new(environment, ports.Target, clock, wake);
        _witness = new(new(environment, ports.Target, clock, wake), _watch.Forgive, clock);
    }

    /// <summary>What the gateway counted last; null while it does not answer.</summary>
    public TrafficReading? Traffic => _watch.Log.Answers ? _watch.Log.Last : null;

    /// <summary>Reads the counters if the last reading is older than that. True when the gateway must be looked after.</summary>
    public Task<bool> Read(TimeSpan every, CancellationToken cancellation) => _watch.Read(every, cancellation);

    /// <summary>Begins the repeated smoke checks that are due.</summary>
    public void Begin(EnvironmentState state, ImmutableArray<Instance> instances, CancellationToken cancellation)
        => _repeats.Begin(state, Judged(state), instances, cancellation);

    /// <summary>The candidate's instances that have passed all of their smoke checks and are not known to.</summary>
    public IReadOnlyList<InstanceProved> Passed(EnvironmentState state, RolloutState rollout, Observation seen, CancellationToken cancellation)
        => _prover.Passed(state, rollout, seen, cancellation);

    /// <summary>The observation with what the gates say of it.</summary>
    public Observation Judge(EnvironmentState state, Observation seen)
    {
        var judged = (state.Current?.Id, state.Current?.StableKnown == true);
        if (judged != _judged)
        {
            _judged = judged;
            _watch.Forget(state);
            _prover.Reset();
            _repeats.Reset();
        }
        seen = seen with { SmokeFailures = _prover.Failures, TrafficAnswers = _watch.Log.Answers };
        return seen with
        {
            Gates = Readings(state, Judged(state), seen, _repeats.Readings(Judged(state), seen.Instances)),
            GuardGates = Readings(state, Desired.GuardedBehind(state), seen, []),
        };
    }

    /// <summary>The event with what the gateway has counted, where it must be known later what was counted then.</summary>
    public JournalEvent Measured(EnvironmentState state, RolloutState rollout, JournalEvent happened) => happened switch
    {
        TrafficShifted e => e with
        {
            Counts = Counts(state, rollout),
            Baseline = rollout.Baseline is null ? _watch.Log.Baseline(rollout.Candidate!.Value) : null,
            Record = rollout.Stable is { } stable ? _watch.Log.Record(state.Releases[stable].Release, _clock.GetUtcNow() - RecordTime) : [],
        },
        TrafficWithdrawn e => e with { Counts = Counts(state, rollout) },
        TrafficReturned e => e with { Counts = Counts(state, rollout) },
        _ => happened,
    };

    private ImmutableArray<GateReading> Readings(EnvironmentState state, RolloutState? rollout, Observation seen, ImmutableArray<GateReading> more)
        => _witness.Hear(state, rollout, [.. _watch.Judge(state, rollout, seen.Instances), .. more], seen, _watch.Log);

    private TrafficCounts? Counts(EnvironmentState state, RolloutState rollout) => Traffic is { } last
        ? TrafficCounts.Of(last, state.Releases[rollout.Candidate!.Value].Release, rollout.Stable is { } stable ? state.Releases[stable].Release : null)
        : null;

    private static RolloutState? Judged(EnvironmentState state)
        => Desired.Mover(state) is { Phase: not (RolloutPhase.RollingBack or RolloutPhase.Done) } rollout ? rollout : null;
}
