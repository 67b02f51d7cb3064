using Slipway.Core.Api;
using Slipway.Core.Manifests;
using Slipway.Releases.Journals;
using Slipway.Releases.Ports;

namespace Slipway.Releases;

/// <summary>
/// The release engine: takes commands, drives every environment towards what its journal says, and tells what it sees.
/// One of them owns a journal at a time; a later one takes over by a higher fencing token.
/// </summary>
/// <param name="ports">What it acts on.</param>
/// <param name="journal">What has happened so far, verified when it was opened.</param>
/// <param name="clock">The time.</param>
/// <param name="log">Told one line for people about each thing that went wrong outside.</param>
public sealed class ReleaseEngine(EnginePorts ports, Journal journal, TimeProvider clock, Action<string> log) : IAsyncDisposable
{
    /// <summary>Our fencing token; 0 before <see cref="Start"/>.</summary>
    public FencingToken Fence { get; private set; }

    /// <summary>Rises with every change of anything that <see cref="Snapshot"/> or <see cref="Rollout"/> show.</summary>
    public long Revision { get; private set; }

    /// <summary>Every environment that ever had a command, in order of their names.</summary>
    public IReadOnlyCollection<EnvironmentName> Environments => [];

    /// <summary>Folds the journal, takes the next fencing token, adopts what runs, removes what nobody owns, goes on with everything.</summary>
    /// <param name="cancellation">Cancels the start only.</param>
    public Task Start(CancellationToken cancellation)
    {
        _ = (ports, journal, clock, log);
        throw new NotSupportedException("Under construction.");
    }

    /// <summary>Asks for a rollout. The answer comes once the journal has it; the build and all the rest follow.</summary>
    public Task<CommandAnswer> Deploy(DeployCommand command, CancellationToken cancellation) => throw new NotSupportedException("Under construction.");

    /// <summary>Makes the release before, or a named one, live again: at once when it is still warm.</summary>
    /// <param name="environment">Where.</param>
    /// <param name="to">Which release; null for the one that was live before.</param>
    /// <param name="caller">Who asked.</param>
    /// <param name="reason">Why, for the audit log.</param>
    /// <param name="cancellation">Cancels the request, not what it started.</param>
    public Task<CommandAnswer> Rollback(
        EnvironmentName environment, ReleaseId? to, Caller caller, string? reason, CancellationToken cancellation)
        => throw new NotSupportedException("Under construction.");

    /// <summary>Tells the rollout under way what to do; refused when it does not apply to its phase.</summary>
    public Task<CommandAnswer> Steer(
        EnvironmentName environment, SteerVerb verb, Caller caller, string? reason, CancellationToken cancellation)
        => throw new NotSupportedException("Under construction.");

    /// <summary>
    /// Ends everything of an environment, in order: a rollout under way, the gateway, the instances. Answers once it is
    /// under way; the environment's state is <c>idle</c> when it is over.
    /// </summary>
    /// <param name="environment">Where.</param>
    /// <param name="reset">Recorded; the caller deletes working folders once the state is <c>idle</c>.</param>
    /// <param name="caller">Who asked.</param>
    /// <param name="cancellation">Cancels the request, not what it started.</param>
    public Task<CommandAnswer> Down(EnvironmentName environment, bool reset, Caller caller, CancellationToken cancellation)
        => throw new NotSupportedException("Under construction.");

    /// <summary>An environment as it is now: the journal's fold and the last observation; null when there never was one of that name.</summary>
    public EnvironmentView? Snapshot(EnvironmentName environment) => throw new NotSupportedException("Under construction.");

    /// <summary>A rollout of any environment, under way or over.</summary>
    public RolloutView? Rollout(RolloutId id) => throw new NotSupportedException("Under construction.");

    /// <summary>A release that was ever built.</summary>
    public Release? Release(ReleaseId id) => throw new NotSupportedException("Under construction.");

    /// <summary>A release that was ever built, to be shown.</summary>
    public ReleaseView? ReleaseView(ReleaseId id) => throw new NotSupportedException("Under construction.");

    /// <summary>The rollouts of an environment, newest first.</summary>
    /// <param name="environment">Where.</param>
    /// <param name="limit">How many at most.</param>
    public IReadOnlyList<RolloutView> History(EnvironmentName environment, int limit) => throw new NotSupportedException("Under construction.");

    /// <summary>Returns once <see cref="Revision"/> is higher than what the caller has seen; at once when it is already.</summary>
    public Task WaitForChange(long seenRevision, CancellationToken cancellation) => throw new NotSupportedException("Under construction.");

    /// <summary>Stops deciding. Instances and gateways go on.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
