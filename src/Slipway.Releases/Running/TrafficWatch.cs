using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Core.Telemetry;
using Slipway.Releases.Gates;
using Slipway.Releases.Measures;
using Slipway.Releases.Ports;
using Slipway.Releases.Rollouts;

namespace Slipway.Releases.Running;

/// <summary>Reads the gateway's counters as often as is due, and the gates from them.</summary>
internal sealed class TrafficWatch(EnvironmentName environment, ITraffic traffic, TimeProvider clock)
{
    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(2);

    private readonly UsageHistory _usages = new();
    private readonly Dictionary<(RolloutId Rollout, ReleaseId? Stable), Judged> _judged = [];
    private DateTimeOffset _readAt = DateTimeOffset.MinValue;

    private sealed record Judged(GateBoard Board, GateInput? Input, ImmutableArray<GateReading> Gates);

    /// <summary>What was read lately.</summary>
    public TrafficLog Log { get; private set; } = TrafficLog.Empty;

    /// <summary>Forgets what gates remember of rollouts that are over, or have begun anew beside another stable release.</summary>
    public void Forget(EnvironmentState state)
    {
        foreach (var key in _judged.Keys.Where(key => state.Find(key.Rollout) is not { IsOver: false } rollout || rollout.Stable != key.Stable).ToList())
            _judged.Remove(key);
    }

    /// <summary>Reads the counters if the last reading is older than that. True when the gateway has missed two readings, and must be looked after.</summary>
    public async Task<bool> Read(TimeSpan every, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        if (now - _readAt < every * 0.9)
            return false;
        _readAt = now;
        var reading = await Ask(cancellation);
        var away = reading is null && !Log.Answers && Log.Last is not null;
        Log = Log.Add(reading);
        return away;
    }

    /// <summary>Holds nothing against a service of a rollout that was counted of it up to a time.</summary>
    public void Forgive(RolloutState rollout, ServiceName service, DateTimeOffset until)
        => _judged.GetValueOrDefault((rollout.Id, rollout.Stable))?.Board.Forgive(service, until);

    /// <summary>What the gates say about a rollout. Deciding looks many times at one moment; they are read but once for it.</summary>
    public ImmutableArray<GateReading> Judge(EnvironmentState state, RolloutState? rollout, ImmutableArray<Instance> instances)
    {
        _usages.Add(instances, clock.GetUtcNow());
        if (rollout is not { Candidate: { } candidate })
            return [];
        var stable = rollout.Stable is { } id ? state.Releases[id].Release : null;
        var input = new GateInput(rollout, state.Releases[candidate].Release, stable, instances, Log, clock.GetUtcNow()) { Usages = _usages };
        var key = (rollout.Id, rollout.Stable);
        var before = _judged.GetValueOrDefault(key) ?? new(new(), null, []);
        if (before.Input is { } last && last.Now == input.Now && ReferenceEquals(last.Rollout, input.Rollout)
            && ReferenceEquals(last.Traffic, input.Traffic) && last.Instances == input.Instances)
            return before.Gates;
        _judged[key] = before with { Input = input, Gates = before.Board.Read(input) };
        return _judged[key].Gates;
    }

    private async Task<TrafficReading?> Ask(CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(AnswerMax, clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation, late.Token);
        try
        {
            return await traffic.Read(environment, end.Token);
        }
        catch (Exception fault) when (fault is TrafficException or IOException || (fault is OperationCanceledException && late.IsCancellationRequested))
        {
            return null;
        }
    }
}
