using System.Collections.Immutable;
using Slipway.Core.Manifests;

namespace Slipway.Releases.Ports;

/// <summary>
/// What runs instances. It keeps what it was asked to run alive by itself (probes, restarts with back-off) and tells what
/// it sees; it never decides about releases. Every effect can be repeated and returns once it is under way.
/// </summary>
public interface ITarget
{
    /// <summary>Raised, on any thread, when an observation would differ from the one before.</summary>
    event Action<EnvironmentName>? Changed;

    /// <summary>Every instance of an environment that exists, those ending included.</summary>
    /// <exception cref="TargetException">The target cannot be asked.</exception>
    ValueTask<ImmutableArray<Instance>> Observe(EnvironmentName environment, CancellationToken cancellation);

    /// <summary>Makes one service of one release run with so many instances: starts what is missing, ends what is too many, newest first.</summary>
    /// <exception cref="StaleFencingTokenException">Another control plane has taken over.</exception>
    /// <exception cref="TargetException">The target cannot do it, such as for want of disk space.</exception>
    Task Ensure(Workload workload, FencingToken token, CancellationToken cancellation);

    /// <summary>Ends one service of one release. Its instances are observed as stopping until they are gone.</summary>
    /// <exception cref="StaleFencingTokenException">Another control plane has taken over.</exception>
    Task Remove(EnvironmentName environment, ReleaseId release, ServiceName service, FencingToken token, CancellationToken cancellation);

    /// <summary>
    /// Ends every instance of an environment that belongs to no workload of those given: what a control plane that crashed
    /// has left behind. Called once after a start, when the journal has been read.
    /// </summary>
    /// <exception cref="StaleFencingTokenException">Another control plane has taken over.</exception>
    Task RemoveOrphans(EnvironmentName environment, ImmutableHashSet<WorkloadKey> known, FencingToken token, CancellationToken cancellation);

    /// <summary>Ends one instance. Another is started in its place only when <see cref="Ensure"/> asks for as many again; nothing when there is none.</summary>
    /// <exception cref="StaleFencingTokenException">Another control plane has taken over.</exception>
    Task End(EnvironmentName environment, InstanceId instance, FencingToken token, CancellationToken cancellation);

    /// <summary>
    /// How instances ended that were asked to: the last of them, oldest first. The target keeps it over control planes, so that a
    /// drain that went wrong while none watched is still told.
    /// </summary>
    ValueTask<ImmutableArray<EndedInstance>> Ended(EnvironmentName environment, CancellationToken cancellation)
        => ValueTask.FromResult(ImmutableArray<EndedInstance>.Empty);

    /// <summary>Looks closely at all that runs: reads what each process holds and every file that it runs from. It may take seconds.</summary>
    /// <exception cref="TargetException">The target cannot be asked.</exception>
    Task<TargetInspection> Inspect(EnvironmentName environment, CancellationToken cancellation);

    /// <summary>
    /// Puts right where it is what <see cref="Inspect"/> would find with <see cref="DriftRemedy.Mend"/>: limits, records, and
    /// processes that nobody asked for, which it ends.
    /// </summary>
    /// <exception cref="StaleFencingTokenException">Another control plane has taken over.</exception>
    /// <exception cref="TargetException">Some of it cannot be put right.</exception>
    Task Mend(EnvironmentName environment, FencingToken token, CancellationToken cancellation);

    /// <summary>Runs the smoke checks (level 3) of an instance once, all of them.</summary>
    Task<ImmutableArray<SmokeOutcome>> Smoke(EnvironmentName environment, InstanceId instance, CancellationToken cancellation);

    /// <summary>Runs those of the smoke checks of an instance that are named; none when it has none of these names.</summary>
    async Task<ImmutableArray<SmokeOutcome>> Smoke(EnvironmentName environment, InstanceId instance, ImmutableHashSet<string> names, CancellationToken cancellation)
        => [.. (await Smoke(environment, instance, cancellation)).Where(outcome => names.Contains(outcome.Name))];

    /// <summary>The log lines of instances, oldest first; with <see cref="LogQuery.Follow"/> it goes on until cancelled.</summary>
    IAsyncEnumerable<LogLine> Logs(LogQuery query, CancellationToken cancellation);
}

/// <summary>A target could not do what it was asked; the message says why and what to do.</summary>
/// <param name="message">Why, and what to do.</param>
/// <param name="inner">The cause.</param>
public sealed class TargetException(string message, Exception? inner = null) : Exception(message, inner);
