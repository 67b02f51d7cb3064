using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Core.Manifests;
using Slipway.Releases.Ports;
using Slipway.Targets.Processes.Inspecting;
using Slipway.Targets.Processes.Logs;
using Slipway.Targets.Processes.Smoke;
using Slipway.Targets.Processes.Usages;

namespace Slipway.Targets.Processes;

/// <summary>
/// Runs instances as processes of this machine, without a container engine. They outlive it: another one on the same home
/// finds them, by process number and start time, and goes on.
/// </summary>
public sealed class ProcessTarget : ITarget, IAsyncDisposable
{
    private readonly ConcurrentDictionary<EnvironmentName, Lazy<ProcessEnvironment>> _environments = new();
    private readonly CancellationTokenSource _leave = new();
    private readonly ProcessMachine _machine;
    private readonly Task _sampling;
    private int _left;

    /// <summary>Takes on all that runs in a home already and begins to watch it.</summary>
    /// <param name="options">How to work.</param>
    /// <param name="clock">The time; the system's unless given.</param>
    /// <param name="logger">Where notices go, such as that limits cannot be enforced here.</param>
    public ProcessTarget(ProcessTargetOptions options, TimeProvider? clock = null, ILogger<ProcessTarget>? logger = null)
    {
        _machine = new(options, clock ?? TimeProvider.System, logger ?? NullLogger<ProcessTarget>.Instance);
        if (Directory.Exists(options.Home.Environments))
        {
            foreach (var folder in Directory.EnumerateDirectories(options.Home.Environments))
            {
                if (EnvironmentName.TryParse(Path.GetFileName(folder), out var name))
                    Of(name);
            }
        }
        _sampling = new Sampler(_machine, () => [.. _environments.Values.Select(environment => environment.Value)]).Run(_leave.Token);
    }

    /// <inheritdoc/>
    public event Action<EnvironmentName>? Changed;

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<Instance>> Observe(EnvironmentName environment, CancellationToken cancellation)
        => ValueTask.FromResult<ImmutableArray<Instance>>(
            [.. Of(environment).Runners.Where(runner => runner.Record.EndedAt is null).Select(runner => runner.Snapshot())]);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<EndedInstance>> Ended(EnvironmentName environment, CancellationToken cancellation)
        => ValueTask.FromResult(Of(environment).Ended);

    /// <inheritdoc/>
    public Task Ensure(Workload workload, FencingToken token, CancellationToken cancellation)
        => Act(() => Of(workload.Environment).Ensure(workload, token));

    /// <inheritdoc/>
    public Task Remove(EnvironmentName environment, ReleaseId release, ServiceName service, FencingToken token, CancellationToken cancellation)
        => Act(() => Of(environment).Remove(new(release, service), token));

    /// <inheritdoc/>
    public Task RemoveOrphans(EnvironmentName environment, ImmutableHashSet<WorkloadKey> known, FencingToken token, CancellationToken cancellation)
        => Act(() => Of(environment).RemoveOrphans(known, token));

    /// <inheritdoc/>
    public Task End(EnvironmentName environment, InstanceId instance, FencingToken token, CancellationToken cancellation)
        => Act(() => Of(environment).End(instance, token));

    /// <inheritdoc/>
    public async Task<TargetInspection> Inspect(EnvironmentName environment, CancellationToken cancellation)
    {
        try
        {
            return await Task.Run(() => InspectionOf(Of(environment)).Run(cancellation), cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TargetException($"What runs in {environment} cannot be looked at: {e.Message.TrimEnd('.')}. Check the permissions of the home folder.", e);
        }
    }

    /// <inheritdoc/>
    public Task Mend(EnvironmentName environment, FencingToken token, CancellationToken cancellation)
        => Task.Run(
            () =>
            {
                var place = Of(environment);
                place.Pass(token);
                return new EnvironmentMend(place, InspectionOf(place), _machine.Clock).Run(cancellation);
            },
            cancellation);

    /// <inheritdoc/>
    public async Task<ImmutableArray<SmokeOutcome>> Smoke(EnvironmentName environment, InstanceId instance, CancellationToken cancellation)
    {
        var runner = Of(environment).Find(instance) ?? throw new TargetException($"{instance} does not exist any more.");
        return await SmokeRun.Of(runner, _ => true, _machine.Options.Secrets, cancellation);
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<SmokeOutcome>> Smoke(EnvironmentName environment, InstanceId instance, ImmutableHashSet<string> names, CancellationToken cancellation)
    {
        var runner = Of(environment).Find(instance) ?? throw new TargetException($"{instance} does not exist any more.");
        return await SmokeRun.Of(runner, check => names.Contains(check.Name), _machine.Options.Secrets, cancellation);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<LogLine> Logs(LogQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var reader = new LogReader(_machine.Home, query, Of(query.Environment), _machine.Options);
        await foreach (var line in reader.Read(cancellation))
            yield return line;
    }

    /// <summary>Ends the watching only. All instances run on.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _left, 1) != 0)
            return;
        await _leave.CancelAsync();
        await _sampling;
        await Task.WhenAll(_environments.Values.Where(one => one.IsValueCreated).Select(one => one.Value.WhenLeft()));
        _leave.Dispose();
    }

    private ProcessEnvironment Of(EnvironmentName name)
        => _environments.GetOrAdd(
            name, key => new Lazy<ProcessEnvironment>(() => new ProcessEnvironment(_machine, key, changed => Changed?.Invoke(changed), _leave.Token))).Value;

    private EnvironmentInspection InspectionOf(ProcessEnvironment environment)
        => new(_machine, environment, () => [.. _environments.Values.Select(one => one.Value)]);

    private static Task Act(Action effect)
        => Task.Run(() =>
        {
            try
            {
                effect();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new TargetException($"{e.Message.TrimEnd('.')}. Check the disk and the permissions of the home folder, then try again.", e);
            }
        });
}
