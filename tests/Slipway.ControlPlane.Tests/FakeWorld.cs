using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Slipway.Core.Manifests;
using Slipway.Core.Routing;
using Slipway.Core.Settings;
using Slipway.Core.Telemetry;
using Slipway.Releases;
using Slipway.Releases.Ports;

namespace Slipway.ControlPlane.Tests;

/// <summary>
/// A world in which everything works at once and nothing is real: instances are ready when they are asked for, builds are
/// digests of their command, users send nothing. What is to go wrong is said by <see cref="FailBuild"/> and its like.
/// </summary>
internal sealed class FakeWorld : ITarget, ITraffic, IArtefacts, ISecretStore, ISecretStores
{
    private readonly ConcurrentDictionary<EnvironmentName, ImmutableDictionary<WorkloadKey, Workload>> _workloads = new();
    private readonly DateTimeOffset _began = DateTimeOffset.UtcNow;
    private readonly ConcurrentDictionary<EnvironmentName, RouteTable> _tables = new();
    private readonly ConcurrentDictionary<string, ImmutableArray<string>> _secrets = new();

    private readonly ConcurrentDictionary<WorkloadKey, Workload> _ever = new();

    public event Action<EnvironmentName>? Changed;

    /// <summary>Whether builds fail.</summary>
    public bool FailBuild { get; set; }

    /// <summary>Builds wait for it.</summary>
    public Task BuildGate { get; set; } = Task.CompletedTask;

    /// <summary>Whether new instances stay not ready.</summary>
    public bool NeverReady { get; set; }

    /// <summary>Log lines of every instance.</summary>
    public ImmutableArray<string> LogLines { get; set; } = ["one", "two", "three"];

    public EnginePorts Ports => new(this, this, this, this, () => 1L << 40);

    public IEnumerable<Workload> Workloads(EnvironmentName environment)
        => _workloads.TryGetValue(environment, out var all) ? all.Values : [];

    public ValueTask<ImmutableArray<Instance>> Observe(EnvironmentName environment, CancellationToken cancellation)
        => ValueTask.FromResult(Workloads(environment).SelectMany(InstancesOf).ToImmutableArray());

    public Task Ensure(Workload workload, FencingToken token, CancellationToken cancellation)
    {
        var key = new WorkloadKey(workload.Release, workload.Service.Name);
        _ever[key] = workload;
        Change(workload.Environment, all => all.SetItem(key, workload));
        return Task.CompletedTask;
    }

    public Task Remove(EnvironmentName environment, ReleaseId release, ServiceName service, FencingToken token, CancellationToken cancellation)
    {
        Change(environment, all => all.Remove(new(release, service)));
        return Task.CompletedTask;
    }

    public Task RemoveOrphans(EnvironmentName environment, ImmutableHashSet<WorkloadKey> known, FencingToken token, CancellationToken cancellation)
    {
        Change(environment, all => all.RemoveRange(all.Keys.Where(key => !known.Contains(key))));
        return Task.CompletedTask;
    }

    public Task End(EnvironmentName environment, InstanceId instance, FencingToken token, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<TargetInspection> Inspect(EnvironmentName environment, CancellationToken cancellation) => throw new NotSupportedException();

    public Task Mend(EnvironmentName environment, FencingToken token, CancellationToken cancellation) => throw new NotSupportedException();

    Task<TrafficInspection> ITraffic.Inspect(EnvironmentName environment, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<BuildOutcome> Restore(Service service, ArtefactDigest digest, string sourceFolder, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<ImmutableArray<SmokeOutcome>> Smoke(EnvironmentName environment, InstanceId instance, CancellationToken cancellation)
        => Task.FromResult(ImmutableArray<SmokeOutcome>.Empty);

    public async IAsyncEnumerable<LogLine> Logs(LogQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // As the real one, it keeps the logs of what has ended.
        foreach (var instance in _ever.Values.Where(one => query.Release is null || query.Release == one.Release).SelectMany(InstancesOf))
        {
            foreach (var line in LogLines.TakeLast(query.Tail))
                yield return new(instance.Id, false, line);
        }
        if (query.Follow)
            await Task.Delay(Timeout.Infinite, cancellation);
    }

    Task<Uri> ITraffic.Ensure(EnvironmentName environment, GatewayListener listener, FencingToken token, CancellationToken cancellation)
        => Task.FromResult(new Uri("http://127.0.0.1:8080/"));

    public Task Apply(EnvironmentName environment, RouteTable table, CancellationToken cancellation)
    {
        _tables[environment] = table;
        return Task.CompletedTask;
    }

    public Task<TrafficReading?> Read(EnvironmentName environment, CancellationToken cancellation)
        => Task.FromResult(_tables.TryGetValue(environment, out var table)
            ? new TrafficReading { Epoch = "1", At = DateTimeOffset.UtcNow, TableVersion = table.Version, Unrouted = 0, Releases = [] }
            : null);

    Task ITraffic.Remove(EnvironmentName environment, FencingToken token, CancellationToken cancellation)
    {
        _tables.TryRemove(environment, out _);
        return Task.CompletedTask;
    }

    public async Task<BuildOutcome> Build(Service service, string sourceFolder, IProgress<string> output, CancellationToken cancellation)
    {
        await BuildGate.WaitAsync(cancellation);
        output.Report("building");
        return FailBuild
            ? new BuildOutcome.Failed("The build ended with exit code 1.", ["building", "error: no"])
            : new BuildOutcome.Built(ArtefactDigest.Of(SHA256.HashData(Encoding.UTF8.GetBytes(service.Build!.ToString()))), Cached: false);
    }

    public Task<ArtefactDigest> Fingerprint(Service service, string sourceFolder, CancellationToken cancellation)
        => Task.FromResult(ArtefactDigest.Of(SHA256.HashData(Encoding.UTF8.GetBytes(service.ToString()))));

    public Task<string> GitSha(string sourceFolder, CancellationToken cancellation) => Task.FromResult("unknown");

    string ISecretStore.Name => "home";

    bool ISecretStore.KeepsVersions => true;

    ISecretStore ISecretStores.Home => this;

    ISecretStore ISecretStores.Find(string name, ImmutableArray<SecretStoreDeclaration> declared, string sourceFolder) => this;

    /// <summary>Versions out of use.</summary>
    public ConcurrentDictionary<SecretVersion, DateTimeOffset> Retired { get; } = new();

    Task<IReadOnlyList<SecretEntry>> ISecretStore.List(string prefix, CancellationToken cancellation)
        => Task.FromResult<IReadOnlyList<SecretEntry>>([.. _secrets.Where(one => one.Key.StartsWith(prefix, StringComparison.Ordinal))
            .SelectMany(one => Enumerable.Range(1, one.Value.Length).Select(number => new SecretVersion("home", one.Key, number)))
            .Select(version => new SecretEntry(version, null, null, Retired.TryGetValue(version, out var at) ? at : null))]);

    Task ISecretStore.Retire(SecretVersion version, string by, CancellationToken cancellation)
    {
        Retired.TryAdd(version, DateTimeOffset.UtcNow);
        return Task.CompletedTask;
    }

    public Task<SecretVersion> Keep(string name, string value, string by, CancellationToken cancellation)
    {
        var versions = _secrets.AddOrUpdate(name, [value], (_, kept) => kept[^1] == value ? kept : kept.Add(value));
        return Task.FromResult(new SecretVersion("home", name, versions.Length));
    }

    public Task<SecretVersion?> Latest(string name, CancellationToken cancellation)
        => Task.FromResult(_secrets.TryGetValue(name, out var versions) ? new SecretVersion("home", name, versions.Length) : null);

    public Task<string> Read(SecretVersion version, CancellationToken cancellation)
        => Task.FromResult(_secrets[version.Name][version.Version - 1]);

    private IEnumerable<Instance> InstancesOf(Workload workload)
    {
        for (var i = 1; i <= workload.Instances; i++)
        {
            if (!InstanceId.TryParse($"{workload.Service.Name}-a{workload.Release}-{i}", out var id))
                throw new InvalidOperationException("An instance without a name.");
            yield return new()
            {
                Id = id,
                Service = workload.Service.Name,
                Release = workload.Release,
                Address = "127.0.0.1",
                Port = 20_000 + i,
                Phase = NeverReady ? InstancePhase.Starting : InstancePhase.Running,
                Ready = !NeverReady,
                StartedAt = _began,
                ReadyAt = NeverReady ? null : _began,
                Restarts = 0,
            };
        }
    }

    private void Change(
        EnvironmentName environment, Func<ImmutableDictionary<WorkloadKey, Workload>, ImmutableDictionary<WorkloadKey, Workload>> change)
    {
        _workloads.AddOrUpdate(environment, _ => change(ImmutableDictionary<WorkloadKey, Workload>.Empty), (_, all) => change(all));
        Changed?.Invoke(environment);
    }
}
