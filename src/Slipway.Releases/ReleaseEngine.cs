using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;
using Slipway.Core.Manifests;
using Slipway.Core.Settings;
using Slipway.Releases.Drift;
using Slipway.Releases.Journals;
using Slipway.Releases.Planning;
using Slipway.Releases.Ports;
using Slipway.Releases.Rollouts;
using Slipway.Releases.Rotations;
using Slipway.Releases.Running;

namespace Slipway.Releases;

/// <summary>
/// The release engine: takes commands, drives every environment towards what its journal says, and tells what it sees.
/// One of them owns a journal at a time; a later one takes over by a higher fencing token.
/// </summary>
/// <param name="ports">What it acts on.</param>
/// <param name="journal">What has happened so far, verified when it was opened.</param>
/// <param name="clock">The time.</param>
/// <param name="log">Told one line for people about each thing that went wrong outside.</param>
public sealed partial class ReleaseEngine(EnginePorts ports, Journal journal, TimeProvider clock, Action<string> log) : IAsyncDisposable
{
    private static readonly TimeSpan QuickBuild = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<EnvironmentName, EnvironmentRunner> _runners = [];
    private readonly ConcurrentDictionary<RolloutId, Task<CandidateBuild.Result>> _prepared = [];
    private readonly ConcurrentBag<Task> _loops = [];
    private readonly CancellationTokenSource _end = new();
    private readonly ChangeSignal _changes = new();
    private readonly Lock _lock = new();
    private RunnerParts? _parts;

    /// <summary>Our fencing token; 0 before <see cref="Start"/>.</summary>
    public FencingToken Fence { get; private set; }

    /// <summary>Rises with every change of anything that <see cref="Snapshot"/> or <see cref="Rollout"/> show.</summary>
    public long Revision => _changes.Revision;

    /// <summary>Every environment that ever had a command, in order of their names.</summary>
    public IReadOnlyCollection<EnvironmentName> Environments
        => [.. Runners.Where(runner => runner.State.Rollouts.Count > 0).Select(runner => runner.State.Environment)];

    /// <summary>Whether loops are started; the simulation turns them by hand.</summary>
    internal bool ByHand { get; init; }

    /// <summary>The runners, by name.</summary>
    internal IEnumerable<EnvironmentRunner> Runners => _runners.OrderBy(one => one.Key.ToString(), StringComparer.Ordinal).Select(one => one.Value);

    /// <summary>Folds the journal, takes the next fencing token, adopts what runs, removes what nobody owns, goes on with everything.</summary>
    /// <param name="cancellation">Cancels the start only.</param>
    /// <exception cref="JournalException">The journal cannot be written.</exception>
    public async Task Start(CancellationToken cancellation)
    {
        var states = new Dictionary<EnvironmentName, EnvironmentState>();
        long floor = 0;
        foreach (var record in journal.Records(0))
        {
            if (record.Event is JournalRepaired repaired)
                floor += repaired.FenceFloor;
            if (record.Environment is { } environment)
                states[environment] = (states.GetValueOrDefault(environment) ?? new() { Environment = environment }).Apply(record);
        }
        var version = typeof(ReleaseEngine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";
        // The record's own number makes the token: it rises with every start, and a lost start cannot be repeated.
        var started = journal.Append(null, null, Caller.Slipway.Actor, new ControlPlaneStarted(version, floor));
        Fence = new(floor + started.Sequence);
        _parts = new(ports, journal, clock, Fence, new(ports.Artefacts, clock, Release))
        {
            Log = log,
            Published = _changes.Raise,
            Prepared = _prepared,
        };
        ports.Target.Changed += Wake;
        foreach (var state in states.Values)
            Add(state);
        _changes.Raise();
        await Task.CompletedTask.WaitAsync(cancellation);
    }

    /// <summary>Asks for a rollout. The answer comes once the journal has it; the build and all the rest follow.</summary>
    /// <param name="command">What to release.</param>
    /// <param name="cancellation">Cancels the request, not what it started.</param>
    public async Task<CommandAnswer> Deploy(DeployCommand command, CancellationToken cancellation)
    {
        if (ports.FreeBytes() is var free && free < ports.FreeBytesMin)
            return Refusals.DiskFull(free, ports.FreeBytesMin);
        var runner = Runner(command.Application.Environment);
        if (!command.Queue && Commands.Busy(runner.State) is { } busy)
            return Refusals.Busy(busy);
        if (Circuit.Of(runner.State) is { } circuit)
            return Refusals.CircuitOpen(command.Application.Environment, circuit);
        if (Refusals.OfMigration(command) is { } refused)
            return refused;
        ports.Redactor.Learn(command.Secrets.Values.SelectMany(secrets => secrets.Values));
        Blueprint blueprint;
        try
        {
            blueprint = await Blueprints.Of(command, ports.Secrets, cancellation);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or SecretStoreException)
        {
            return Refusals.Secret(fault.Message);
        }
        blueprint = blueprint with { Services = HeldSecret.In(blueprint.Services, runner.State.Rotations, DateTimeOffset.MaxValue) };
        var prepared = await Prepare(runner.State, blueprint);
        if (prepared is { IsCompletedSuccessfully: true, Result.Kept: { } kept } && kept.Release.Id == runner.State.Live && !command.Queue)
            return new CommandAnswer.Unchanged($"Release {kept.Release.Id} ({kept.Release.Version}) is live already; nothing had to be done.");
        return await Journaled(runner, () =>
        {
            var answer = Commands.Request(runner, new(blueprint, null, command.Caller.Path, null), command.Caller, command.Queue);
            if (prepared is not null && answer is CommandAnswer.Accepted { Rollout: { } id })
                _prepared[id] = prepared;
            return answer;
        }, cancellation);
    }

    /// <summary>Makes the release before, or a named one, live again: at once when it is still warm.</summary>
    /// <param name="environment">Where.</param>
    /// <param name="to">Which release; null for the one that was live before.</param>
    /// <param name="caller">Who asked.</param>
    /// <param name="reason">Why, for the audit log.</param>
    /// <param name="cancellation">Cancels the request, not what it started.</param>
    public Task<CommandAnswer> Rollback(
        EnvironmentName environment, ReleaseId? to, Caller caller, string? reason, CancellationToken cancellation)
    {
        var runner = Runner(environment);
        return Journaled(runner, () => Commands.Rollback(runner, to, caller, reason), cancellation);
    }

    /// <summary>Tells the rollout under way what to do; refused when it does not apply to its phase.</summary>
    /// <param name="environment">Where.</param>
    /// <param name="verb">What.</param>
    /// <param name="caller">Who asked.</param>
    /// <param name="reason">Why, for the audit log.</param>
    /// <param name="cancellation">Cancels the request, not what it started.</param>
    public Task<CommandAnswer> Steer(
        EnvironmentName environment, SteerVerb verb, Caller caller, string? reason, CancellationToken cancellation)
    {
        var runner = Runner(environment);
        return Journaled(runner, () => Commands.Steer(runner, verb, caller, reason), cancellation);
    }

    /// <summary>
    /// Ends everything of an environment, in order: a rollout under way, the gateway, the instances. Answers once it is
    /// under way; the environment's state is <c>idle</c> when it is over.
    /// </summary>
    /// <param name="environment">Where.</param>
    /// <param name="reset">Recorded; the caller deletes working folders once the state is <c>idle</c>.</param>
    /// <param name="caller">Who asked.</param>
    /// <param name="cancellation">Cancels the request, not what it started.</param>
    public Task<CommandAnswer> Down(EnvironmentName environment, bool reset, Caller caller, CancellationToken cancellation)
    {
        var runner = Runner(environment);
        return Journaled(runner, () => Commands.Down(runner, reset, caller), cancellation);
    }

    /// <summary>Renews a secret without a change of code: a new one is made and brought to every instance, then the old one is taken out of use.</summary>
    /// <param name="command">Which, and how.</param>
    /// <param name="cancellation">Cancels the request, not what it started.</param>
    public async Task<CommandAnswer> Rotate(RotateCommand command, CancellationToken cancellation)
    {
        if (ports.FreeBytes() is var free && free < ports.FreeBytesMin)
            return Refusals.DiskFull(free, ports.FreeBytesMin);
        var runner = Runner(command.Environment);
        if (Circuit.Of(runner.State) is { } circuit)
            return Refusals.CircuitOpen(command.Environment, circuit);
        try
        {
            if (await RotationCommands.Refusal(ports, runner.State, Runners.Select(one => one.State), command.Plan, cancellation) is { } refused)
                return refused;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or SecretStoreException)
        {
            return Refusals.Secret(fault.Message);
        }
        return await Journaled(runner, () => RotationCommands.Request(runner, command), cancellation);
    }

    /// <summary>Takes a rotation back; refused once every instance uses the new one.</summary>
    /// <param name="environment">Where.</param>
    /// <param name="rotation">Which.</param>
    /// <param name="caller">Who asked.</param>
    /// <param name="reason">Why, for the audit log.</param>
    /// <param name="cancellation">Cancels the request, not what it started.</param>
    public Task<CommandAnswer> AbortRotation(EnvironmentName environment, RotationId rotation, Caller caller, string? reason, CancellationToken cancellation)
    {
        var runner = Runner(environment);
        return Journaled(runner, () => RotationCommands.Abort(runner, rotation, caller, reason, clock.GetUtcNow()), cancellation);
    }

    /// <summary>
    /// Looks closely at an environment: what runs otherwise than the live release says and, given a deploy, what that would
    /// change. Nothing is changed, unless it is to be fixed: then what has drifted is brought back first.
    /// </summary>
    /// <param name="environment">Where.</param>
    /// <param name="declared">What the manifest says now, which is compared and not deployed; null to leave that out.</param>
    /// <param name="fix">Whether to bring back what has drifted.</param>
    /// <param name="caller">Who asked.</param>
    /// <param name="cancellation">Cancels the waiting, not what was begun.</param>
    /// <returns>What was found, or why nothing was looked at.</returns>
    public async Task<(DriftReport? Report, CommandAnswer.Refused? Refused)> Drift(
        EnvironmentName environment, DeployCommand? declared, bool fix, Caller caller, CancellationToken cancellation)
    {
        var runner = Runner(environment);
        try
        {
            return await runner.Drift.Report(declared, fix, caller, cancellation);
        }
        catch (Exception fault) when (fault is Ports.TargetException or StaleFencingTokenException)
        {
            return (null, Refusals.NotSeen(environment, fault.Message));
        }
        catch (JournalException fault)
        {
            return (null, Refusals.Journal(fault.Message));
        }
    }

    /// <summary>Returns once <see cref="Revision"/> is higher than what the caller has seen; at once when it is already.</summary>
    /// <param name="seenRevision">What the caller has seen.</param>
    /// <param name="cancellation">Cancels.</param>
    public Task WaitForChange(long seenRevision, CancellationToken cancellation) => _changes.WaitBeyond(seenRevision, cancellation);

    /// <summary>Stops deciding. Instances and gateways go on.</summary>
    public async ValueTask DisposeAsync()
    {
        ports.Target.Changed -= Wake;
        await _end.CancelAsync();
        await Task.WhenAll(_loops);
        _end.Dispose();
    }

    // What is live may be what is asked for; then a build that finds everything built before tells so at once. One that
    // takes longer goes on as the rollout's own.
    private async Task<Task<CandidateBuild.Result>?> Prepare(EnvironmentState state, Blueprint blueprint)
    {
        if (state.Live is not { } live || !Blueprints.MayBe(blueprint, state.Releases[live].Release))
            return null;
        var build = _parts!.Build.Run(blueprint, _end.Token);
        if (!build.IsCompleted)
            await Task.WhenAny(build, Task.Delay(QuickBuild, clock, _end.Token));
        return build;
    }

    private static async Task<CommandAnswer> Journaled(EnvironmentRunner runner, Func<CommandAnswer> command, CancellationToken cancellation)
    {
        try
        {
            return await runner.Command(command, cancellation);
        }
        catch (JournalException fault)
        {
            return Refusals.Journal(fault.Message);
        }
    }

    private EnvironmentRunner Runner(EnvironmentName environment)
        => _runners.TryGetValue(environment, out var runner) ? runner : Add(new() { Environment = environment });

    private EnvironmentRunner Add(EnvironmentState state)
    {
        lock (_lock)
        {
            if (_runners.TryGetValue(state.Environment, out var known))
                return known;
            var runner = new EnvironmentRunner(state, _parts ?? throw new InvalidOperationException("The engine has not been started."));
            _runners[state.Environment] = runner;
            if (!ByHand)
            {
                _loops.Add(Task.Run(() => runner.Run(_end.Token)));
                _loops.Add(Task.Run(() => runner.Drift.Run(_end.Token)));
            }
            return runner;
        }
    }

    private void Wake(EnvironmentName environment)
    {
        if (_runners.TryGetValue(environment, out var runner))
            runner.Wake();
    }
}
