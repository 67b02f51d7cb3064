using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Slipway.Core.Manifests;
using Slipway.Core.Settings;
using Slipway.Releases.Ports;

namespace Slipway.Simulation;

/// <summary>
/// Instances, a gateway and users, all simulated over a clock turned by hand. It outlives engines, checks at every moment
/// what must hold, and keeps a list of what did not.
/// </summary>
internal sealed partial class World(HandClock clock, int seed)
{
    private readonly Random _random = new(seed);
    private readonly List<SimulatedInstance> _instances = [];
    private readonly List<(InstanceId Instance, DateTimeOffset At, TaskCompletionSource<ImmutableArray<SmokeOutcome>> Answer)> _smokes = [];
    private long _highestFence;
    private long _starts;

    public HandClock Clock => clock;

    public List<string> Violations { get; } = [];

    public Dictionary<string, Behaviour> Behaviours { get; } = [];

    public Dictionary<SecretVersion, string> SecretValues { get; } = [];

    /// <summary>Who kept each version.</summary>
    public Dictionary<SecretVersion, string> SecretAuthors { get; } = [];

    public HashSet<SecretVersion> RetiredSecrets { get; } = [];

    public bool StoreAnswers { get; set; } = true;

    /// <summary>What the workloads of a release were last given.</summary>
    public Dictionary<(ReleaseId, ServiceName), IReadOnlyDictionary<string, string>> Variables { get; } = [];

    /// <summary>What ails whoever has such variables; null for nothing.</summary>
    public Func<IReadOnlyDictionary<string, string>, Behaviour?>? Ailing { get; set; }

    /// <summary>Effects that take place twice or late.</summary>
    public Mishaps Mishaps { get; set; } = new();

    public bool TargetAnswers { get; set; } = true;

    /// <summary>What builds wait for; null for nothing.</summary>
    public TaskCompletionSource? Building { get; set; }

    public TimeSpan StartTime { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>What a close look finds wrong beside what instances hold.</summary>
    public List<Deviation> Deviations { get; } = [];

    /// <summary>What ails every release alike from now on; null for nothing.</summary>
    public Behaviour? Shared { get; set; }

    public IReadOnlyList<SimulatedInstance> Instances => _instances;

    /// <summary>Instances that nothing ends.</summary>
    public HashSet<InstanceId> Unkillable { get; } = [];

    /// <summary>How instances ended that were asked to.</summary>
    public List<EndedInstance> Ended { get; } = [];

    /// <summary>Instances that passed their smoke checks.</summary>
    public HashSet<InstanceId> Smoked { get; } = [];

    /// <summary>Releases' services that were promoted once; their instances need not be proved again.</summary>
    public HashSet<(ReleaseId, ServiceName)> Proved { get; } = [];

    public event Action<EnvironmentName>? Changed;

    public Behaviour Of(ReleaseId release, ServiceName service)
    {
        if (Shared is { } shared)
            return shared;
        if (Variables.TryGetValue((release, service), out var variables) && Ailing?.Invoke(variables) is { } ailing)
            return ailing;
        var behaviour = Behaviours.GetValueOrDefault(Versions.GetValueOrDefault(release) ?? "") ?? Behaviour.Good;
        return behaviour.Service is null || behaviour.Service == service.ToString() ? behaviour : Behaviour.Good;
    }

    /// <summary>The versions that releases carry, told by their workloads.</summary>
    public Dictionary<ReleaseId, string> Versions { get; } = [];

    public void Advance(TimeSpan by)
    {
        clock.Advance(by);
        var now = clock.GetUtcNow();
        var changed = false;
        foreach (var instance in _instances.ToList())
        {
            instance.Unkillable = Unkillable.Contains(instance.Id);
            changed |= instance.Live(now, instance.IsJob ? OfRun(instance) : Of(instance.Release, instance.Service.Name));
        }
        NoteEnds();
        Ended.AddRange(_instances.Where(instance => instance.Gone).Select(instance => new EndedInstance(
            instance.Id, instance.Release, instance.Service.Name, instance.AskedAt!.Value, now, instance.Ended ? null : 0, Killed: false)));
        changed |= _instances.RemoveAll(instance => instance.Gone) > 0;
        Mishaps.Pass(now);
        changed |= AnswerSmokes();
        Users(by);
        if (changed)
            Changed?.Invoke(Scenes.Environment);
    }

    public ImmutableArray<Instance> Observe(CancellationToken _)
        => TargetAnswers ? [.. _instances.Select(instance => instance.Seen(Of(instance.Release, instance.Service.Name)))] : throw new TargetException("The target is away.");

    public void Ensure(Workload workload, FencingToken token)
    {
        Fence(token);
        Versions[workload.Release] = workload.Variables["APP_VERSION"];
        Variables[(workload.Release, workload.Service.Name)] = workload.Variables;
        foreach (var other in _instances.Where(one => !workload.Service.Overlap && one.Service.Name == workload.Service.Name && one.Release != workload.Release))
            Violations.Add($"{other.Id} still runs while {workload.Release} is started, and they must not overlap.");
        var mine = _instances.Where(one => one.Release == workload.Release && one.Service.Name == workload.Service.Name && one.StopAt is null).ToList();
        for (var ordinal = 1; mine.Count < workload.Instances; ordinal++)
        {
            if (_instances.Any(one => one.Release == workload.Release && one.Service.Name == workload.Service.Name && one.Ordinal == ordinal))
                continue;
            var instance = new SimulatedInstance(workload.Service, workload.Release, ordinal, 20000 + _random.Next(40000), clock.GetUtcNow(),
                clock.GetUtcNow() + (StartTime * (0.2 + _random.NextDouble())))
            {
                Variables = workload.Variables.ToImmutableDictionary(),
                Fence = ++_starts,
            };
            // Another one bore its name before.
            Smoked.Remove(instance.Id);
            _instances.Add(instance);
            mine.Add(instance);
            NoteStart(instance);
        }
        foreach (var extra in mine.Skip(workload.Instances))
            extra.Stop(clock.GetUtcNow(), _random.NextDouble());
        Changed?.Invoke(workload.Environment);
    }

    public void Remove(ReleaseId release, ServiceName service, FencingToken token)
    {
        Fence(token);
        var share = _table?.Services.FirstOrDefault(one => one.Service == service)?.Releases.FirstOrDefault(one => one.Release == release);
        if (GatewayRuns && share is { Weight: > 0, Endpoints.IsEmpty: false })
            Violations.Add($"{service} of {release} is ended while it has {share.Weight} of the traffic.");
        foreach (var instance in _instances.Where(one => one.Release == release && one.Service.Name == service))
            instance.Stop(clock.GetUtcNow(), _random.NextDouble());
        Changed?.Invoke(Scenes.Environment);
    }

    /// <summary>Ends what belongs to nobody that is known.</summary>
    public void RemoveOrphans(ImmutableHashSet<WorkloadKey> known, FencingToken token)
    {
        Fence(token);
        foreach (var orphan in _instances.Where(one => !known.Contains(new(one.Release, one.Service.Name))).ToList())
            Remove(orphan.Release, orphan.Service.Name, token);
    }

    /// <summary>Ends one instance.</summary>
    public void End(InstanceId id, FencingToken token)
    {
        Fence(token);
        if (GatewayRuns && _table?.Services.SelectMany(one => one.Releases).Any(one => one.Weight > 0 && one.Endpoints.Any(end => end.Instance == id)) == true)
            Violations.Add($"{id} is ended while it has traffic.");
        _instances.Find(one => one.Id == id)?.Stop(clock.GetUtcNow(), _random.NextDouble());
        Changed?.Invoke(Scenes.Environment);
    }

    /// <summary>What a close look shows.</summary>
    public TargetInspection Inspect() => new(
        [.. _instances.Where(one => one.StopAt is null).Select(one => new InspectedInstance
        {
            Id = one.Id,
            Workload = new(one.Release, one.Service.Name),
            Variables = one.Variables,
            VariablesWhole = true,
            Traits = ImmutableSortedDictionary<string, string>.Empty.Add("service", one.Service.ToString()),
        })],
        [.. Deviations]);

    /// <summary>Puts right what can be where it is.</summary>
    public void Mend(FencingToken token)
    {
        Fence(token);
        Deviations.RemoveAll(one => one.Remedy == DriftRemedy.Mend);
    }

    /// <summary>Runs the smoke checks of an instance; they take a moment.</summary>
    public Task<ImmutableArray<SmokeOutcome>> Smoke(InstanceId id)
    {
        if (_instances.All(one => one.Id != id))
            throw new TargetException($"There is no {id}.");
        var answer = new TaskCompletionSource<ImmutableArray<SmokeOutcome>>();
        _smokes.Add((id, clock.GetUtcNow() + TimeSpan.FromMilliseconds(_random.Next(400)), answer));
        return answer.Task;
    }

    // Whoever asked looks again at once.
    private bool AnswerSmokes()
    {
        var due = _smokes.Where(one => one.At <= clock.GetUtcNow()).ToList();
        foreach (var smoke in due)
        {
            _smokes.Remove(smoke);
            var instance = _instances.Find(one => one.Id == smoke.Instance);
            var passed = instance is not null && !Of(instance.Release, instance.Service.Name).SmokeFails;
            if (passed)
                Smoked.Add(smoke.Instance);
            smoke.Answer.SetResult([new("ping", passed, passed ? "200" : "expected 200, got 500", TimeSpan.FromMilliseconds(3))]);
        }
        return due.Count > 0;
    }

    public async IAsyncEnumerable<LogLine> Logs(LogQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask.WaitAsync(cancellation);
        var instance = _instances.Find(one => one.Id == query.Instance || (query.Instance is null && one.Service.Name == query.Service && one.Release == query.Release));
        if (instance is null)
            yield break;
        yield return new(instance.Id, true, "starting");
        yield return new(instance.Id, true, $"cannot go on, the password is {SecretValues.Values.FirstOrDefault()}");
    }

    public static ArtefactDigest Digest(string content) => ArtefactDigest.Of(SHA256.HashData(Encoding.UTF8.GetBytes(content)));

    private void Fence(FencingToken token)
    {
        if (token.Value < _highestFence)
            throw new StaleFencingTokenException(token, new(_highestFence));
        _highestFence = token.Value;
    }

    /// <summary>Whether an instance may take traffic at all: it has passed its smoke checks, or its release was promoted once.</summary>
    public bool IsProved(SimulatedInstance instance)
        => instance.Service.Health.Smoke.IsEmpty || Proved.Contains((instance.Release, instance.Service.Name)) || Smoked.Contains(instance.Id);
}
