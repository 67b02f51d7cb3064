using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Core.Routing;
using Slipway.Core.Settings;
using Slipway.Core.Telemetry;
using Slipway.Releases.Ports;
using Slipway.Releases.Rollouts;

namespace Slipway.Releases.Running;

/// <summary>
/// Brings the world to what is desired: the table first, then what is missing, and what is too much only once the gateway
/// has confirmed a table that gives it nothing and what it had in flight has ended. Everything can be repeated.
/// </summary>
internal sealed class Effects(EnvironmentName environment, EnginePorts ports, SecretVault vault, FencingToken fence, TimeProvider clock)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AdoptionGrace = TimeSpan.FromSeconds(10);

    private readonly DateTimeOffset _began = clock.GetUtcNow();
    private readonly Dictionary<WorkloadKey, (int Instances, DateTimeOffset At)> _ensured = [];
    private readonly Dictionary<WorkloadKey, DateTimeOffset> _idleSince = [];
    private readonly Dictionary<string, (EffectFault Fault, DateTimeOffset At)> _faults = [];
    private readonly HashSet<WorkloadKey> _removed = [];
    private readonly Dictionary<InstanceId, DateTimeOffset> _condemnedSince = [];
    private RouteTable? _table;
    private Uri? _address;
    private GatewayListener? _listener;
    private long _version = fence.Value << 32;
    private bool _putAgain;
    private bool _stopped;

    /// <summary>The table that is confirmed; null before the first.</summary>
    public RouteTable? Table => _table;

    /// <summary>Where users reach the environment.</summary>
    public Uri? Address => _address;

    /// <summary>What fails and is tried again.</summary>
    public ImmutableArray<EffectFault> Faults => [.. _faults.Values.Select(one => one.Fault)];

    /// <summary>Whether something waits to be drained, so that the gateway should be read often.</summary>
    public bool Draining { get; private set; }

    /// <summary>Whether the gateway was ended to bring the environment down.</summary>
    public bool GatewayEnded => _stopped;

    /// <summary>Does what is due. True when the world may look different at once.</summary>
    public async Task<bool> Converge(EnvironmentState state, Observation seen, TrafficReading? traffic, CancellationToken cancellation)
    {
        Draining = false;
        if (!seen.TargetAnswers)
            return false;
        var desired = Desired.Of(state, seen);
        if (state.Stopping)
            return await Stop(state, seen, cancellation);
        _stopped = false;
        var changed = await Route(state, desired, seen, cancellation);
        foreach (var workload in desired.Workloads)
            changed |= await Ensure(workload, seen, cancellation);
        // A first gateway starts while the instances do, and a port in use is told before anybody waits for them.
        if (_address is null && _table is null && !changed && desired.Workloads.Any(one => !one.Service.Service.Routes.IsEmpty))
            changed |= await Try("gateway", null, () => EnsureGateway(state, cancellation));
        changed |= await RemoveRest(state, desired, seen, traffic, cancellation);
        changed |= await EndCondemned(state, seen, traffic, cancellation);
        return changed;
    }

    /// <summary>Puts the table again though it is thought to be live, with a higher version than one that somebody else has put.</summary>
    /// <param name="version">That of the table that is live.</param>
    public void PutAgain(long version) => (_version, _putAgain) = (Math.Max(_version, version), true);

    /// <summary>The gateway has gone; make it run again and give it the table anew.</summary>
    public void ForgetGateway()
    {
        _address = null;
        _table = null;
    }

    private async Task<bool> Route(EnvironmentState state, Desired desired, Observation seen, CancellationToken cancellation)
    {
        var services = Tables.Of(state, desired, seen);
        if (services.IsEmpty && _table is null && _address is null && !MayServe(state, seen))
            return false;
        if (_table is not null && !_putAgain && Tables.Same(_table.Services, services))
            return false;
        if (_table is null && Adopting(services, seen))
            return false;
        return await Try("gateway", null, async () =>
        {
            await EnsureGateway(state, cancellation);
            var table = new RouteTable { Version = ++_version, Fence = fence.Value, Services = services };
            await Apply(table, cancellation);
            (_table, _putAgain) = (table, false);
            NoteIdle(table);
        });
    }

    /// <summary>Whether a gateway that we have not spoken to yet may still serve what is to end now.</summary>
    public bool MayServe(EnvironmentState state, Observation seen)
        => _table is null && Desired.Mover(state) is { Phase: RolloutPhase.RollingBack, TrafficSince: not null } && !seen.Instances.IsEmpty;

    private async Task Apply(RouteTable table, CancellationToken cancellation)
    {
        try
        {
            await ports.Traffic.Apply(environment, table, cancellation);
        }
        catch (TrafficException fault) when (fault.IsRefusal)
        {
            // Somebody else may have put one with a higher version; the next try goes above it.
            var live = (await ports.Traffic.Inspect(environment, cancellation)).Live;
            _version = Math.Max(_version, live?.Version ?? 0);
            throw;
        }
    }

    // Adopted instances are not ready before their first probe has passed; a table without them would be an outage that
    // nobody but we ourselves had made. The gateway goes on with the table it has.
    private bool Adopting(ImmutableArray<RoutedService> services, Observation seen)
        => clock.GetUtcNow() - _began < AdoptionGrace
            && services.Any(service => service.Releases.All(release => release.Endpoints.IsEmpty)
                && service.Releases.Where(release => release.Weight > 0).SelectMany(release => seen.Of(release.Release, service.Service))
                    .Any(one => one.StartedAt < _began && one.Phase is InstancePhase.Running or InstancePhase.Starting));

    private async Task EnsureGateway(EnvironmentState state, CancellationToken cancellation)
    {
        // With nothing live, a gateway that runs goes on listening where it does.
        var terms = Desired.Mover(state)?.Terms ?? (state.Live is { } live ? state.Releases[live].Terms : null);
        var listener = terms?.Gateway ?? _listener!;
        if (_address is not null && _listener == listener)
            return;
        _address = await ports.Traffic.Ensure(environment, listener, fence, cancellation);
        _listener = listener;
    }

    private void NoteIdle(RouteTable table)
    {
        var now = clock.GetUtcNow();
        var busy = table.Services.SelectMany(service => service.Releases.Where(release => release.Weight > 0)
            .Select(release => new WorkloadKey(release.Release, service.Service))).ToHashSet();
        foreach (var key in busy)
            _idleSince.Remove(key);
        foreach (var service in table.Services)
        {
            foreach (var release in service.Releases.Where(release => release.Weight == 0))
                _idleSince.TryAdd(new(release.Release, service.Service), now);
        }
    }

    private async Task<bool> Ensure(DesiredWorkload workload, Observation seen, CancellationToken cancellation)
    {
        var key = new WorkloadKey(workload.Release.Id, workload.Service.Service.Name);
        var now = clock.GetUtcNow();
        if (_ensured.TryGetValue(key, out var done) && done.Instances == workload.Instances)
        {
            var alive = seen.Of(key.Release, key.Service).Count(one => one.Phase != InstancePhase.Stopping);
            if (alive >= workload.Instances || now - done.At < RetryAfter)
                return false;
        }
        return await Try($"ensure {key}", key.Release, async () =>
        {
            var variables = await vault.Variables(workload.Release, workload.Service, workload.Terms, environment, cancellation);
            await ports.Target.Ensure(
                new(environment, key.Release, workload.Service.Service, workload.Instances, workload.Service.Artefact,
                    workload.Terms.SourceFolder, variables, workload.Terms.Development),
                fence, cancellation);
            _ensured[key] = (workload.Instances, now);
            _removed.Remove(key);
        });
    }

    private async Task<bool> RemoveRest(EnvironmentState state, Desired desired, Observation seen, TrafficReading? traffic, CancellationToken cancellation)
    {
        var changed = false;
        var undoing = state.Rollouts.Where(one => one is { Phase: RolloutPhase.RollingBack, Explained: false }).Select(one => one.Candidate).ToHashSet();
        foreach (var key in seen.Instances.Select(one => new WorkloadKey(one.Release, one.Service)).Concat(_ensured.Keys).Distinct().ToList())
        {
            if (desired.Count(key.Release, key.Service) > 0 || undoing.Contains(key.Release) || _removed.Contains(key))
                continue;
            if (!Idle(state, key, seen, traffic))
            {
                Draining = true;
                continue;
            }
            changed |= await Remove(key, cancellation);
        }
        _removed.RemoveWhere(key => !seen.Of(key.Release, key.Service).Any());
        return changed;
    }

    private bool Idle(EnvironmentState state, WorkloadKey key, Observation seen, TrafficReading? traffic)
    {
        if (!seen.TableCurrent)
            return false;
        // Nobody is sent to a worker; what it has under way it finishes itself when it is asked to end.
        if (_table is null || !IsRouted(state, key) || !seen.Of(key.Release, key.Service).Any(one => one.Port is not null))
            return true;
        var routed = _table.Services.FirstOrDefault(service => service.Service == key.Service);
        if (routed?.Releases.FirstOrDefault(release => release.Release == key.Release) is { Weight: > 0 })
            return false;
        if (!_idleSince.TryGetValue(key, out var since))
            _idleSince[key] = since = clock.GetUtcNow();
        var inFlight = traffic is null || traffic.At < since || traffic.TableVersion < _table.Version ? (int?)null
            : traffic.Find(key.Service, key.Release)?.InFlight ?? 0;
        return inFlight == 0 || clock.GetUtcNow() >= since + DrainDeadline(state, key.Release);
    }

    private static bool IsRouted(EnvironmentState state, WorkloadKey key)
        => !state.Releases.TryGetValue(key.Release, out var kept) || kept.Release.Find(key.Service) is not { Service.Routes.IsEmpty: true };

    // Out of the table it gets nothing new; what it carries may end first.
    private async Task<bool> EndCondemned(EnvironmentState state, Observation seen, TrafficReading? traffic, CancellationToken cancellation)
    {
        var changed = false;
        foreach (var instance in Replacement.Idle(state, seen).ToList())
        {
            if (!_condemnedSince.TryGetValue(instance.Id, out var since))
                _condemnedSince[instance.Id] = since = clock.GetUtcNow();
            var carries = instance.Port is not null && (traffic is null || traffic.At < since || traffic.TableVersion < _table?.Version
                || traffic.Instances.Any(one => one.Instance == instance.Id && one.InFlight > 0));
            if (carries && clock.GetUtcNow() < since + DrainDeadline(state, instance.Release))
                Draining = true;
            else
                changed |= await Try($"end {instance.Id}", null, () => End(instance.Id, cancellation));
        }
        return changed;
    }

    private async Task End(InstanceId instance, CancellationToken cancellation)
    {
        await ports.Target.End(environment, instance, fence, cancellation);
        _condemnedSince.Remove(instance);
    }

    private static TimeSpan DrainDeadline(EnvironmentState state, ReleaseId release)
        => state.Releases.TryGetValue(release, out var kept) ? kept.Terms.Plan.DrainDeadline : TimeSpan.Zero;

    private Task<bool> Remove(WorkloadKey key, CancellationToken cancellation) => Try($"remove {key}", key.Release, async () =>
    {
        await ports.Target.Remove(environment, key.Release, key.Service, fence, cancellation);
        _ensured.Remove(key);
        _idleSince.Remove(key);
        _removed.Add(key);
    });

    // The gateway first, so that nothing new comes in; then whoever nobody needs any more.
    private async Task<bool> Stop(EnvironmentState state, Observation seen, CancellationToken cancellation)
    {
        if (!_stopped)
        {
            var ended = await Try("gateway", null, async () =>
            {
                await ports.Traffic.Remove(environment, fence, cancellation);
                (_listener, _address, _table, _stopped) = (null, null, null, true);
            });
            if (!ended)
                return false;
        }
        var changed = false;
        foreach (var key in seen.Instances.Select(one => new WorkloadKey(one.Release, one.Service)).Distinct())
        {
            if (!_removed.Contains(key) && !IsNeeded(state, key, seen))
                changed |= await Remove(key, cancellation);
        }
        _removed.RemoveWhere(key => !seen.Of(key.Release, key.Service).Any());
        return changed;
    }

    private static bool IsNeeded(EnvironmentState state, WorkloadKey key, Observation seen)
        => state.Releases.TryGetValue(key.Release, out var kept)
            && kept.Release.Services.Any(one => one.Service.Needs.Contains(key.Service) && seen.Of(key.Release, one.Service.Name).Any());

    private async Task<bool> Try(string what, ReleaseId? release, Func<Task> effect)
    {
        var now = clock.GetUtcNow();
        if (_faults.TryGetValue(what, out var before) && now - before.At < RetryAfter)
            return false;
        try
        {
            await effect();
            _faults.Remove(what);
            return true;
        }
        catch (Exception fault) when (fault is TargetException or TrafficException or SecretStoreException or IOException)
        {
            // A gateway that never ran cannot listen; a secret that is gone does not come back by itself.
            var permanent = fault is SecretMissingException || (fault is TrafficException && _table is null);
            _faults[what] = (new(release, fault.Message, permanent), now);
            return false;
        }
    }
}
