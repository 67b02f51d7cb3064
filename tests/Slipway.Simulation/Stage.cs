using System.Collections.Immutable;
using Slipway.Core.Api;
using Slipway.Core.Manifests;
using Slipway.Releases;
using Slipway.Releases.Drift;
using Slipway.Releases.Journals;
using Slipway.Releases.Rollouts;
using Slipway.Simulation.Invariants;

namespace Slipway.Simulation;

/// <summary>Plays a scene: an engine over the simulated world, started again whenever it is killed.</summary>
internal sealed class Stage
{
    private static readonly TimeSpan QuietTick = TimeSpan.FromSeconds(2);

    private readonly Func<int, int?> _crashAfter;
    private readonly IInvariant _capacity = new StableKeepsItsCapacity();
    private MemoryEventStore _disk;
    private Life _life;
    private int _lives;

    private Stage(int seed, Func<int, int?> crashAfter)
    {
        (World, _crashAfter) = (new(new(), seed), crashAfter);
        _life = new(null);
        _disk = new(_life.Step);
        Engine = null!;
        Journal = null!;
        World.LiveNow = () => Engine?.Runners.SingleOrDefault()?.State.Live;
        World.RolloutNow = () => Engine?.Runners.SingleOrDefault()?.State.Active?.Id.ToString();
    }

    public World World { get; }

    public CredentialServer Server { get; } = new();

    /// <summary>How long a moment lasts, between two passes of the engine.</summary>
    public TimeSpan Moment { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Told after every moment, to look for what must not be.</summary>
    public Action? Watched { get; set; }

    public ReleaseEngine Engine { get; private set; }

    public Journal Journal { get; private set; }

    public MemoryEventStore Disk => _disk;

    public int Lives => _lives;

    public int Steps => _life.Steps;

    public Life Life => _life;

    public EnvironmentState State => Engine.Runners.Single().State;

    public static async Task<Stage> Open(int seed = 1, Func<int, int?>? crashAfter = null, Mishaps? mishaps = null)
    {
        var stage = new Stage(seed, crashAfter ?? (_ => null));
        stage.World.Mishaps = mishaps ?? new();
        await stage.Begin();
        return stage;
    }

    /// <summary>Sends a command, again after a crash if it was lost with the engine.</summary>
    public async Task<CommandAnswer> Ask(Func<ReleaseEngine, Task<CommandAnswer>> command)
    {
        while (true)
        {
            var before = Journal.LastSequence;
            try
            {
                return await command(Engine);
            }
            catch (SimulatedCrash)
            {
                await Begin();
                // Whether the lost answer was a yes is in the journal; its request may be the last thing in it.
                if (Journal.Records(before).FirstOrDefault(record => record.Event is RolloutRequested or DownRequested or RolloutSteered or RollBackBegun or RotationRequested or RotationFailed or RotationEnded) is { } kept)
                    return new CommandAnswer.Accepted(kept.Rollout, "The answer was lost.");
            }
        }
    }

    public Task<CommandAnswer> Deploy(Application application, string version, bool queue = false)
        => Ask(engine => engine.Deploy(Scenes.Deploy(application, version, queue), default));

    public Task<CommandAnswer> Deploy(Application application, string version, ServiceName service, string setting, string value)
        => Ask(engine => engine.Deploy(
            Scenes.Deploy(application, version) with
            {
                Settings = ImmutableDictionary<ServiceName, ImmutableSortedDictionary<string, string>>.Empty
                    .Add(service, ImmutableSortedDictionary<string, string>.Empty.Add(setting, value)),
            },
            default));

    public Task<CommandAnswer> Steer(SteerVerb verb) => Ask(engine => engine.Steer(Scenes.Environment, verb, new("ada", "cli"), null, default));

    /// <summary>Kills the engine; another one takes over.</summary>
    public Task Kill() => Begin();

    /// <summary>Looks for drift while time passes; null when the engine was killed meanwhile.</summary>
    public async Task<DriftReport?> Drift(DeployCommand? declared = null, bool fix = false)
    {
        var looking = Engine.Drift(Scenes.Environment, declared, fix, new("ada", "cli"), default);
        var engine = Engine;
        while (!looking.IsCompleted)
        {
            await Tick();
            if (Engine != engine)
                return null;
        }
        try
        {
            return (await looking).Report;
        }
        catch (SimulatedCrash)
        {
            await Begin();
            return null;
        }
    }

    /// <summary>Lets time pass.</summary>
    public async Task Play(TimeSpan time)
    {
        var end = World.Clock.GetUtcNow() + time;
        while (World.Clock.GetUtcNow() < end)
            await Tick();
    }

    /// <summary>Lets a long quiet time pass in larger steps.</summary>
    public async Task Skip(TimeSpan time)
    {
        var end = World.Clock.GetUtcNow() + time;
        while (end - World.Clock.GetUtcNow() is { Ticks: > 0 } left)
            await Tick(left < QuietTick ? left : QuietTick);
    }

    /// <summary>Whether all traffic is with the release of a rollout, counted from 1.</summary>
    public bool IsBack(int rollout)
        => World.Table!.Services.All(service => service.Releases.All(one => (one.Release == State.Rollouts[rollout - 1].Candidate) == (one.Weight > 0)));

    /// <summary>Lets time pass until something holds.</summary>
    public async Task Until(Func<Stage, bool> holds, double secondsMax = 120)
    {
        var end = World.Clock.GetUtcNow() + TimeSpan.FromSeconds(secondsMax);
        while (!holds(this))
        {
            if (World.Clock.GetUtcNow() >= end)
                throw new TimeoutException($"It never came to that. {Tell()}");
            await Tick();
        }
    }

    /// <summary>Kills the engine and starts another one.</summary>
    public Task Restart() => Begin();

    public Task UntilOver() => Until(stage => stage.State.Rollouts.All(one => one.IsOver));

    public RolloutView View() => Engine.History(Scenes.Environment, 1)[0];

    /// <summary>Lets everything come to rest, and tells what is wrong then; empty when nothing is.</summary>
    public async Task<IReadOnlyList<string>> Rest()
    {
        await UntilOver();
        await Play(TimeSpan.FromSeconds(5));
        return [.. Wrong()];
    }

    private IEnumerable<string> Wrong()
    {
        IInvariant[] atRest = [new JournalHolds(), new OneLiveRelease()];
        return World.Violations.Concat(atRest.SelectMany(one => one.AtRest(this)));
    }

    public string Tell() => string.Join('\n', Journal.Read(0, 1000).Select(one => $"{one.At:mm:ss.fff} {one.Rollout} {one.Kind}: {one.What}"))
        + $"\nwaits: {View().Waiting}; gates: {string.Join(" | ", View().Gates.Select(gate => $"{gate.Name} {gate.Verdict} {gate.Reading}"))}"
        + $"\ninstances: {string.Join(", ", World.Instances.Select(one => $"{one.Id}{(one.Ready ? "+" : "-")}"))}";

    /// <summary>What was promoted once need not be proved again.</summary>
    public void NoteProved()
    {
        if (State is { Stopping: false, Live: { } live } state && state.Lives.Contains(live))
            World.Proved.UnionWith(state.Releases[live].Release.Services.Select(one => (live, one.Service.Name)));
    }

    /// <summary>One pass of the engine, and of the next one when it is killed. Gives the time after which it wants to look again.</summary>
    public async Task<TimeSpan> Pass()
    {
        var next = TimeSpan.FromSeconds(1);
        try
        {
            foreach (var runner in Engine.Runners.ToList())
                next = await runner.Pass(default);
            return next;
        }
        catch (SimulatedCrash)
        {
            await Begin();
            return TimeSpan.Zero;
        }
    }

    private Task Tick() => Tick(Moment);

    private async Task Tick(TimeSpan time)
    {
        await Pass();
        World.Advance(time);
        Watch();
        Watched?.Invoke();
    }

    private async Task Begin()
    {
        while (true)
        {
            if (Engine is not null)
                await Engine.DisposeAsync();
            _life = new(_crashAfter(_lives), _lives++);
            _disk = _disk.Reopen(_life.Step);
            var ports = new SimulatedPorts(World, _life);
            try
            {
                Journal = Journal.Over(_disk, World.Clock);
                var all = new EnginePorts(ports, ports, ports, ports, () => 1L << 30) { Credentials = new SimulatedCredentials(Server, _life), NewKey = Server.NewKey };
                Engine = new(all, Journal, World.Clock, _ => { }) { ByHand = true };
                await Engine.Start(default);
                return;
            }
            catch (SimulatedCrash)
            {
                // It dies while it starts; the next one takes over.
                continue;
            }
        }
    }

    private void Watch()
    {
        if (Engine.Runners.Any())
        {
            NoteProved();
            World.Violations.AddRange(_capacity.During(this, 0));
        }
    }
}
