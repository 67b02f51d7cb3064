using System.Collections.Immutable;
using Slipway.Releases;
using Slipway.Simulation.Invariants;

namespace Slipway.Simulation.Scripts;

/// <summary>How a script was played.</summary>
/// <param name="Wrong">Which invariants did not hold; empty when all is well.</param>
/// <param name="Journal">The hash of the journal's last record, which holds those of all before it.</param>
/// <param name="Lives">How many control planes there were.</param>
/// <param name="Compared">How often an exit code was compared with what an observer saw.</param>
/// <param name="Refused">Late effects of dead control planes that were refused.</param>
/// <param name="Tale">What happened, for people.</param>
internal sealed record Played(ImmutableArray<Wrong> Wrong, string Journal, int Lives, int Compared, int Refused, Func<string> Tale);

/// <summary>Plays a script over a simulated world and watches every invariant at every moment.</summary>
internal sealed class ScriptPlay
{
    private const int TicksToRest = 60;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan TimeMax = TimeSpan.FromMinutes(15);

    private readonly Script _script;
    private readonly Stage _stage;
    private readonly ObserverAgrees _observer = new();
    private readonly ImmutableArray<IInvariant> _invariants;
    private readonly List<Wrong> _wrong = [];
    private readonly double[] _awayUntil = new double[3];
    private double _now;
    private double _stalledUntil;
    private double _due;
    private int _calm;
    private int _resting;

    private ScriptPlay(Script script, Stage stage, IEnumerable<IInvariant> more)
    {
        (_script, _stage) = (script, stage);
        _invariants = [new TrafficOnlyToReady(), new StableKeepsItsCapacity(), new OneLiveRelease(), new JournalHolds(), new SoundVerdicts(script), _observer, .. more];
    }

    /// <summary>Plays it to its end, or until something is wrong.</summary>
    /// <param name="script">What to play.</param>
    /// <param name="more">Invariants beside the usual ones.</param>
    public static async Task<Played> Of(Script script, params IInvariant[] more)
    {
        var mishaps = new Mishaps
        {
            IsTwice = effect => script.Twice.Contains(effect),
            LateAfter = life => life < script.Late.Length ? TimeSpan.FromSeconds(script.Late[life]) : null,
        };
        var stage = await Stage.Open(script.Seed, life => life < script.Kills.Length ? script.Kills[life] : null, mishaps);
        new SimulatedJobs(stage).Add(2000);
        _ = new SimulatedSchedule(stage);
        stage.World.RequestRate = script.RequestRate;
        foreach (var release in script.Releases)
            stage.World.Behaviours[release.Version] = release.Behaviour;
        return await new ScriptPlay(script, stage, more).Play();
    }

    private async Task<Played> Play()
    {
        _stage.World.Changed += _ => _due = 0;
        try
        {
            await ToTheEnd();
        }
        catch (Exception fault)
        {
            // Whatever the engine throws is a finding like any other.
            _wrong.Add(new(fault.GetType().Name, $"{fault.Message} {fault.StackTrace?.Split('\n')[0].Trim()}"));
        }
        var hash = _stage.Disk.Records.Count == 0 ? "" : _stage.Disk.Records[^1].Hash;
        return new([.. _wrong], hash, _stage.Lives, _observer.Compared, _stage.World.Mishaps.Refused, Tale);
    }

    private string Tale() => _stage.Engine.Runners.Any() ? _stage.Tell() : "Nothing was ever deployed.";

    private async Task ToTheEnd()
    {
        var moves = new Queue<Move>(_script.Moves);
        var end = (moves.Count == 0 ? 0 : _script.Moves[^1].At) + TimeMax.TotalSeconds;
        while (_wrong.Count == 0 && _resting < TicksToRest)
        {
            if (_now > end)
            {
                _wrong.Add(new("EveryRolloutEnds", $"{_stage.State.Rollouts.Find(one => !one.IsOver)?.Id} had not ended after {TimeMax.TotalMinutes:0} min."));
                break;
            }
            while (moves.TryPeek(out var move) && move.At <= _now)
                await Do(moves.Dequeue());
            await Moment(moves.Count == 0);
        }
        if (_wrong.Count == 0 && _stage.Engine.Runners.Any())
            _wrong.AddRange(_invariants.SelectMany(one => one.AtRest(_stage).Select(what => new Wrong(one.GetType().Name, what))));
    }

    private async Task Moment(bool nothingToCome)
    {
        var world = _stage.World;
        world.GatewayAnswers = _now >= _awayUntil[(int)Peer.Gateway];
        world.TargetAnswers = _now >= _awayUntil[(int)Peer.Target];
        world.StoreAnswers = _now >= _awayUntil[(int)Peer.Store];
        var lives = _stage.Lives;
        if (_now >= _stalledUntil && _now >= _due)
        {
            _due = double.MaxValue;
            var next = await _stage.Pass();
            _due = Math.Min(_due, _now + next.TotalSeconds);
        }
        var hindered = !world.GatewayAnswers || !world.TargetAnswers || !world.StoreAnswers || _now < _stalledUntil || lives != _stage.Lives;
        _calm = hindered ? 0 : _calm + 1;
        var atRest = nothingToCome && (!_stage.Engine.Runners.Any() || (_stage.State is { Stopping: false, Current: null } state && !state.Queue.Any()));
        _resting = atRest && !hindered ? _resting + 1 : 0;
        if (_stage.Engine.Runners.Any())
            Watch();
        _now = Math.Round(_now + Tick.TotalSeconds, 1);
        world.Advance(Tick);
        _stage.Watched?.Invoke();
    }

    private void Watch()
    {
        _stage.NoteProved();
        foreach (var invariant in _invariants)
        {
            foreach (var what in invariant.During(_stage, _calm))
                _wrong.Add(new(invariant.GetType().Name, what));
        }
        foreach (var what in _stage.World.Violations)
            _wrong.Add(new(nameof(World), what));
    }

    private async Task Do(Move move)
    {
        switch (move)
        {
            case Move.Deploy deploy:
                Follow(await _stage.Deploy(_script.Releases.First(one => one.Version == deploy.Version).Application(), deploy.Version, deploy.Queue));
                break;
            case Move.Steer steer:
                await _stage.Steer(steer.Verb);
                break;
            case Move.GoBack:
                Follow(await _stage.Ask(engine => engine.Rollback(Scenes.Environment, null, new("ada", "cli"), null, default)));
                break;
            case Move.Down:
                await _stage.Ask(engine => engine.Down(Scenes.Environment, false, new("ada", "cli"), default));
                break;
            case Move.Outage outage:
                _awayUntil[(int)outage.Of] = move.At + outage.Seconds;
                break;
            case Move.Stall stall:
                _stalledUntil = move.At + stall.Seconds;
                break;
            case Move.ClockJump jump:
                _stage.World.Clock.Jump(TimeSpan.FromSeconds(jump.Seconds));
                break;
        }
        _due = 0;
    }

    private void Follow(CommandAnswer answer)
    {
        if (answer is CommandAnswer.Accepted { Rollout: { } id })
            _observer.Follow(id);
    }
}
