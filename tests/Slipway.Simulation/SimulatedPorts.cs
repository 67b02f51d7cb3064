using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Slipway.Core.Manifests;
using Slipway.Core.Routing;
using Slipway.Core.Settings;
using Slipway.Core.Telemetry;
using Slipway.Releases.Ports;

namespace Slipway.Simulation;

/// <summary>The control plane was killed.</summary>
internal sealed class SimulatedCrash() : Exception("The control plane was killed.");

/// <summary>One life of a control plane: counts its steps and ends it before or after any of them.</summary>
/// <param name="crashAfter">The step after which it dies; null for never.</param>
/// <param name="number">How many lives there were before.</param>
internal sealed class Life(int? crashAfter, int number = 0)
{
    private int? _last = crashAfter;

    public int Number => number;

    public int Steps { get; private set; }

    public bool Dead { get; private set; }

    /// <summary>It dies so many steps from now.</summary>
    public void DieAfter(int steps) => _last = Steps + steps;

    public void Step()
    {
        if (Dead)
            throw new SimulatedCrash();
        if (Steps++ >= _last)
        {
            Dead = true;
            throw new SimulatedCrash();
        }
    }
}

/// <summary>The world as one life of a control plane reaches it: every effect can be its last, before or after it took place.</summary>
internal sealed class SimulatedPorts(World world, Life life) : ITarget, ITraffic, IArtefacts, ISecretStore, ISecretStores
{
    public event Action<EnvironmentName>? Changed
    {
        add => world.Changed += value;
        remove => world.Changed -= value;
    }

    public ValueTask<ImmutableArray<Instance>> Observe(EnvironmentName environment, CancellationToken cancellation)
    {
        if (life.Dead)
            throw new SimulatedCrash();
        return ValueTask.FromResult(world.Observe(cancellation));
    }

    public ValueTask<ImmutableArray<EndedInstance>> Ended(EnvironmentName environment, CancellationToken cancellation)
        => life.Dead ? throw new SimulatedCrash() : ValueTask.FromResult<ImmutableArray<EndedInstance>>([.. world.Ended.TakeLast(30)]);

    public Task Ensure(Workload workload, FencingToken token, CancellationToken cancellation) => Effect(() => world.Ensure(workload, token));

    public Task Remove(EnvironmentName environment, ReleaseId release, ServiceName service, FencingToken token, CancellationToken cancellation)
        => Effect(() => world.Remove(release, service, token));

    public Task RemoveOrphans(EnvironmentName environment, ImmutableHashSet<WorkloadKey> known, FencingToken token, CancellationToken cancellation)
        => Effect(() => world.RemoveOrphans(known, token));

    public Task End(EnvironmentName environment, InstanceId instance, FencingToken token, CancellationToken cancellation) => Effect(() => world.End(instance, token));

    public Task<TargetInspection> Inspect(EnvironmentName environment, CancellationToken cancellation)
        => life.Dead ? throw new SimulatedCrash() : Task.FromResult(world.Inspect());

    public Task Mend(EnvironmentName environment, FencingToken token, CancellationToken cancellation) => Effect(() => world.Mend(token));

    Task<TrafficInspection> ITraffic.Inspect(EnvironmentName environment, CancellationToken cancellation)
        => life.Dead ? throw new SimulatedCrash() : Task.FromResult(world.InspectGateway());

    public Task<BuildOutcome> Restore(Service service, ArtefactDigest digest, string sourceFolder, CancellationToken cancellation)
    {
        life.Step();
        var damaged = world.Deviations.RemoveAll(one => one.Remedy == DriftRemedy.Rebuild && one.Service == service.Name) > 0;
        return Task.FromResult<BuildOutcome>(new BuildOutcome.Built(digest, Cached: !damaged));
    }

    public Task<ImmutableArray<SmokeOutcome>> Smoke(EnvironmentName environment, InstanceId instance, CancellationToken cancellation)
    {
        life.Step();
        return world.Smoke(instance);
    }

    public IAsyncEnumerable<LogLine> Logs(LogQuery query, CancellationToken cancellation) => world.Logs(query, cancellation);

    public Task<Uri> Ensure(EnvironmentName environment, GatewayListener listener, FencingToken token, CancellationToken cancellation)
    {
        Uri? address = null;
        CarryOut(() => address = world.StartGateway(token));
        return Task.FromResult(address!);
    }

    public Task Apply(EnvironmentName environment, RouteTable table, CancellationToken cancellation) => Effect(() => world.Apply(table));

    public Task<TrafficReading?> Read(EnvironmentName environment, CancellationToken cancellation)
        => life.Dead ? throw new SimulatedCrash() : Task.FromResult(world.Read());

    public Task Remove(EnvironmentName environment, FencingToken token, CancellationToken cancellation) => Effect(() => world.StopGateway(token));

    public async Task<BuildOutcome> Build(Service service, string sourceFolder, IProgress<string> output, CancellationToken cancellation)
    {
        life.Step();
        if (world.Building is { } building)
            await building.Task.WaitAsync(cancellation);
        return world.Behaviours.GetValueOrDefault(sourceFolder.TrimStart('/'))?.BuildFails == true
            ? new BuildOutcome.Failed($"The build of {service.Name} ended with exit code 1.", ["error CS1002: ; expected"])
            : new BuildOutcome.Built(World.Digest($"{sourceFolder} {service.Name}"), Cached: false);
    }

    public Task<ArtefactDigest> Fingerprint(Service service, string sourceFolder, CancellationToken cancellation)
        => Task.FromResult(service.Build is null
            ? ArtefactDigest.Of(SHA256.HashData(Encoding.UTF8.GetBytes(service.ToString()))) : World.Digest($"{sourceFolder} {service.Name}"));

    public Task<string> GitSha(string sourceFolder, CancellationToken cancellation) => Task.FromResult(new string('a', 40));

    string ISecretStore.Name => "home";

    bool ISecretStore.KeepsVersions => true;

    Task ISecretStore.Check(CancellationToken cancellation) => Task.CompletedTask;

    ISecretStore ISecretStores.Home => this;

    ISecretStore ISecretStores.Find(string name, ImmutableArray<SecretStoreDeclaration> declared, string sourceFolder) => this;

    Task<IReadOnlyList<SecretEntry>> ISecretStore.List(string prefix, CancellationToken cancellation)
    {
        StoreAnswers();
        return Task.FromResult<IReadOnlyList<SecretEntry>>([.. world.SecretValues.Keys.Where(one => one.Name.StartsWith(prefix, StringComparison.Ordinal))
            .OrderBy(one => one.Version)
            .Select(one => new SecretEntry(one, null, world.SecretAuthors[one], world.RetiredSecrets.Contains(one) ? world.Clock.GetUtcNow() : null))]);
    }

    Task ISecretStore.Retire(SecretVersion version, string by, CancellationToken cancellation) => Effect(() =>
    {
        StoreAnswers();
        world.RetiredSecrets.Add(version);
    });

    public Task<SecretVersion> Keep(string name, string value, string by, CancellationToken cancellation)
    {
        life.Step();
        StoreAnswers();
        var latest = LatestOf(name);
        if (latest is not null && world.SecretValues[latest] == value)
            return Task.FromResult(latest);
        var version = new SecretVersion("home", name, world.SecretValues.Keys.Where(one => one.Name == name).Select(one => one.Version).DefaultIfEmpty(0).Max() + 1);
        world.SecretValues[version] = value;
        world.SecretAuthors[version] = by;
        life.Step();
        return Task.FromResult(version);
    }

    public Task<SecretVersion?> Latest(string name, CancellationToken cancellation) => Task.FromResult(LatestOf(name));

    public Task<string> Read(SecretVersion version, CancellationToken cancellation)
    {
        StoreAnswers();
        return world.SecretValues.TryGetValue(version, out var value) && !world.RetiredSecrets.Contains(version)
            ? Task.FromResult(value) : throw new SecretMissingException(version);
    }

    private SecretVersion? LatestOf(string name)
        => world.SecretValues.Keys.Where(one => one.Name == name && !world.RetiredSecrets.Contains(one)).OrderBy(one => one.Version).LastOrDefault();

    private void StoreAnswers()
    {
        if (!world.StoreAnswers)
            throw new SecretStoreException("The store is away.", "Wait for it.");
    }

    private Task Effect(Action effect)
    {
        CarryOut(effect);
        return Task.CompletedTask;
    }

    private void CarryOut(Action effect)
    {
        var alive = !life.Dead;
        try
        {
            life.Step();
        }
        catch (SimulatedCrash) when (alive)
        {
            world.Mishaps.Orphaned(life.Number, world.Clock.GetUtcNow(), effect);
            throw;
        }
        for (var times = world.Mishaps.Times(); times > 0; times--)
            effect();
        life.Step();
    }
}
