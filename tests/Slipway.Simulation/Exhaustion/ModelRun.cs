using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Slipway.Core.Manifests;
using Slipway.Releases;
using Slipway.Simulation.Invariants;

namespace Slipway.Simulation.Exhaustion;

/// <summary>
/// The small model: two services (one with traffic, one that must not run twice), three versions, no dice. It is the real
/// engine, taken to a state by the choices that lead there.
/// </summary>
internal sealed class ModelRun
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private const int SecondsToRest = 120;

    private readonly Stage _stage;
    private readonly ImmutableArray<Choice> _path;
    private readonly ObserverAgrees _observer = new();
    private readonly ImmutableArray<IInvariant> _invariants;
    private readonly List<Wrong> _wrong = [];
    private readonly HashSet<string> _failed = [];
    private bool _fresh;

    private ModelRun(Stage stage, ImmutableArray<Choice> path)
    {
        (_stage, _path) = (stage, path);
        _invariants = [new StableKeepsItsCapacity(), new OneLiveRelease(), new JournalHolds(), _observer];
    }

    /// <summary>How many steps the last look took at which it might have been killed.</summary>
    public int StepsOfLook { get; private set; }

    /// <summary>Goes where the choices lead, with version 1 live at the start.</summary>
    public static async Task<ModelRun> Of(ImmutableArray<Choice> path, Strategy strategy)
    {
        var stage = await Stage.Open();
        (stage.World.RequestRate, stage.World.StartTime) = (0, TimeSpan.Zero);
        await stage.Deploy(Application(strategy), "1");
        while (stage.State.Live is null)
        {
            await stage.Pass();
            stage.World.Advance(Second);
        }
        foreach (var version in (string[])["2", "3"])
            stage.World.Behaviours[version] = new() { NeverReady = true };
        var run = new ModelRun(stage, path);
        foreach (var choice in path)
            await run.Do(choice, strategy);
        return run;
    }

    /// <summary>What may happen next, killings left out: how many there are shows only when it looks.</summary>
    public IEnumerable<Choice> Next()
    {
        yield return new Choice.Look();
        yield return new Choice.Second();
        foreach (var version in (string[])["2", "3"])
        {
            var deployed = _path.Contains(new Choice.Deploy(version));
            if (!deployed && (version == "2" || _path.Contains(new Choice.Deploy("2"))))
                yield return new Choice.Deploy(version);
            if (deployed && !_path.Contains(new Choice.Ready(version)))
                yield return new Choice.Ready(version);
            if (deployed && !_failed.Contains(version))
                yield return new Choice.Fail(version);
        }
        if (_stage.State.Current is not null && !_path.Contains(new Choice.Abort()))
            yield return new Choice.Abort();
        if (!_path.Contains(new Choice.GoBack()))
            yield return new Choice.GoBack();
    }

    /// <summary>How often it was killed so far.</summary>
    public int Kills => _path.OfType<Choice.Killed>().Count();

    /// <summary>
    /// The state without what must not matter: times but for the age of the phase, identities but for versions. Two states
    /// that read the same count as one.
    /// </summary>
    public string Canonical()
    {
        var (state, world, text) = (_stage.State, _stage.World, new StringBuilder());
        string Version(ReleaseId? release) => release is { } id ? state.Releases[id].Release.Version : "-";
        text.Append(CultureInfo.InvariantCulture, $"live {Version(state.Live)} {(_fresh ? "fresh" : "")} kills {Kills}");
        foreach (var rollout in state.Rollouts.Where(one => !one.IsOver))
        {
            var age = Math.Min(20, (int)(world.Clock.GetUtcNow() - rollout.PhaseSince).TotalSeconds);
            text.Append(CultureInfo.InvariantCulture, $"|{rollout.Phase} {age} {Version(rollout.Candidate)}/{Version(rollout.Stable)} {rollout.Step} {rollout.Percent} {rollout.HandedOver} {rollout.Promoted} {rollout.Outcome} {rollout.Explained} {rollout.Proved.Count}");
        }
        foreach (var instance in world.Instances.OrderBy(one => one.Id.ToString(), StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"|{Version(instance.Release)} {instance.Service.Name} {instance.Ordinal} {instance.Ready} {instance.StopAt is not null}");
        foreach (var service in world.Table?.Services ?? [])
        {
            foreach (var release in service.Releases)
                text.Append(CultureInfo.InvariantCulture, $"|{service.Service} {Version(release.Release)} {release.Weight} {release.Endpoints.Length}");
        }
        foreach (var choice in _path.Where(one => one is not (Choice.Look or Choice.Second or Choice.Killed)).Select(one => one.ToString()).Distinct().Order(StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"|{choice}");
        return text.ToString();
    }

    /// <summary>Leaves it alone until it has come to rest, and tells everything that was wrong on the way there and then.</summary>
    public async Task<IReadOnlyList<Wrong>> Settle()
    {
        for (var seconds = 0; _stage.State.Rollouts.Any(one => !one.IsOver); seconds++)
        {
            if (seconds == SecondsToRest)
            {
                _wrong.Add(new("EveryRolloutEnds", $"It had not ended after {SecondsToRest} s."));
                return _wrong;
            }
            await Look();
        }
        for (var seconds = 0; seconds < 6; seconds++)
            await Look();
        foreach (var invariant in _invariants)
            _wrong.AddRange(invariant.AtRest(_stage).Select(what => new Wrong(invariant.GetType().Name, what)));
        return _wrong;
    }

    /// <summary>What happened, for people.</summary>
    public string Tell() => $"{string.Join(", ", _path)}\n{_stage.Tell()}";

    private async Task Do(Choice choice, Strategy strategy)
    {
        switch (choice)
        {
            case Choice.Look:
                await Look();
                break;
            case Choice.Killed killed:
                _stage.Life.DieAfter(killed.Step);
                await Look();
                break;
            case Choice.Second:
                _stage.World.Advance(Second);
                break;
            case Choice.Ready ready:
                _stage.World.Behaviours[ready.Version] = Behaviour.Good;
                _stage.World.Advance(TimeSpan.Zero);
                break;
            case Choice.Fail fail:
                _failed.Add(fail.Version);
                _stage.World.Behaviours[fail.Version] = new() { EndsAtOnce = true };
                _stage.World.Advance(TimeSpan.Zero);
                break;
            case Choice.Deploy deploy:
                Follow(await _stage.Deploy(Application(strategy), deploy.Version, queue: true));
                break;
            case Choice.Abort:
                await _stage.Steer(SteerVerb.Abort);
                break;
            case Choice.GoBack:
                Follow(await _stage.Ask(engine => engine.Rollback(Scenes.Environment, null, new("ada", "cli"), null, default)));
                break;
        }
    }

    private async Task Look()
    {
        var (lives, steps) = (_stage.Lives, _stage.Steps);
        await _stage.Pass();
        _fresh = _stage.Lives != lives;
        StepsOfLook = _fresh ? 0 : _stage.Steps - steps;
        _stage.NoteProved();
        foreach (var invariant in _invariants)
            _wrong.AddRange(invariant.During(_stage, 0).Select(what => new Wrong(invariant.GetType().Name, what)));
        _wrong.AddRange(_stage.World.Violations.Select(what => new Wrong(nameof(World), what)));
        _stage.World.Violations.Clear();
        _stage.World.Advance(Second);
    }

    private void Follow(CommandAnswer answer)
    {
        if (answer is CommandAnswer.Accepted { Rollout: { } id })
            _observer.Follow(id);
    }

    private static Application Application(Strategy strategy) => Scenes.Application(
        Scenes.Plan(strategy) with
        {
            Steps = [new(strategy == Strategy.Canary ? 50 : 100, Second, false), new(100, Second, false)],
            StartDeadline = TimeSpan.FromSeconds(5),
            DrainDeadline = Second,
        },
        Scenes.Service("api", replicas: 1, smoke: false),
        Scenes.Service("clock", ServiceKind.Scheduler, replicas: 1, overlap: false)) with
    {
        Guard = Second * 2,
        Gates = Scenes.Gates with { WhenInconclusive = InconclusiveAction.Proceed, InconclusiveDeadline = TimeSpan.Zero },
    };
}
