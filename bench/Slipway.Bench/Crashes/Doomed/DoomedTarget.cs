using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Releases.Ports;

namespace Slipway.Bench.Crashes.Doomed;

/// <summary>A target of which every effect may be the last.</summary>
internal sealed class DoomedTarget(ITarget target, Fate fate) : ITarget
{
    public event Action<EnvironmentName>? Changed
    {
        add => target.Changed += value;
        remove => target.Changed -= value;
    }

    public ValueTask<ImmutableArray<Instance>> Observe(EnvironmentName environment, CancellationToken cancellation) => target.Observe(environment, cancellation);

    public Task Ensure(Workload workload, FencingToken token, CancellationToken cancellation)
        => fate.Around("workload", () => target.Ensure(workload, token, cancellation));

    public Task Remove(EnvironmentName environment, ReleaseId release, ServiceName service, FencingToken token, CancellationToken cancellation)
        => fate.Around("end of a workload", () => target.Remove(environment, release, service, token, cancellation));

    public Task RemoveOrphans(EnvironmentName environment, ImmutableHashSet<WorkloadKey> known, FencingToken token, CancellationToken cancellation)
        => fate.Around("end of orphans", () => target.RemoveOrphans(environment, known, token, cancellation));

    public Task End(EnvironmentName environment, InstanceId instance, FencingToken token, CancellationToken cancellation)
        => fate.Around("end of an instance", () => target.End(environment, instance, token, cancellation));

    public ValueTask<ImmutableArray<EndedInstance>> Ended(EnvironmentName environment, CancellationToken cancellation) => target.Ended(environment, cancellation);

    public Task<TargetInspection> Inspect(EnvironmentName environment, CancellationToken cancellation) => target.Inspect(environment, cancellation);

    public Task Mend(EnvironmentName environment, FencingToken token, CancellationToken cancellation)
        => fate.Around("mending", () => target.Mend(environment, token, cancellation));

    public Task<ImmutableArray<SmokeOutcome>> Smoke(EnvironmentName environment, InstanceId instance, CancellationToken cancellation)
        => target.Smoke(environment, instance, cancellation);

    public Task<ImmutableArray<SmokeOutcome>> Smoke(EnvironmentName environment, InstanceId instance, ImmutableHashSet<string> names, CancellationToken cancellation)
        => target.Smoke(environment, instance, names, cancellation);

    public IAsyncEnumerable<LogLine> Logs(LogQuery query, CancellationToken cancellation) => target.Logs(query, cancellation);
}
