using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Releases.Evidence;
using Slipway.Releases.Gates;
using Slipway.Releases.Ports;
using Slipway.Releases.Rollouts;

namespace Slipway.Releases.Running;

/// <summary>
/// Before a release is undone, the release before is heard. It takes a few probes to notice that a dependency is gone, and may
/// notice later than the candidate. Under guard it has no traffic either, so that its counts cannot tell whether it would fail as
/// well; its smoke checks can. When it fails too, going back would help nobody, and the fault is shared; what was counted
/// meanwhile is held against nobody afterwards.
/// </summary>
/// <param name="smoke">Runs the smoke checks of the release before.</param>
/// <param name="forgive">Told up to when nothing is to be held against a service of a rollout that has all of the traffic.</param>
/// <param name="clock">The time.</param>
internal sealed class WarmWitness(WarmSmoke smoke, Action<RolloutState, ServiceName, DateTimeOffset> forgive, TimeProvider clock)
{
    private const double ChanceMax = 0.01;
    private const double UnnoticedMax = 0.01;
    private const int TimesMax = 12;
    private static readonly TimeSpan Lately = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ConfirmMax = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(10);

    private readonly Dictionary<(RolloutId Rollout, string Gate, ServiceName Service), DateTimeOffset> _failingSince = [];
    private readonly Dictionary<(RolloutId Rollout, ServiceName Service), DateTimeOffset> _shared = [];

    /// <summary>What the gates say of a rollout once the release before was heard; what they say where it need not be.</summary>
    public ImmutableArray<GateReading> Hear(EnvironmentState state, RolloutState? rollout, ImmutableArray<GateReading> gates, Observation seen, TrafficLog traffic)
    {
        if (rollout?.Stable is not { } id)
            return gates;
        Forget(rollout, gates);
        if (!gates.Any(gate => gate.Verdict == Verdict.Fail || gate.Shared || WasShared(rollout, gate)))
            return gates;
        var stable = state.Releases[id].Release;
        var heard = gates.Select(gate => gate is { Verdict: Verdict.Fail, Service: { } service } ? Heard(rollout, gate, service, stable, seen, traffic) : gate).ToImmutableArray();
        var now = clock.GetUtcNow();
        foreach (var gate in heard.Where(gate => gate is { Shared: true, Service: not null }))
        {
            _shared[(rollout.Id, gate.Service!.Value)] = now;
            // With traffic of its own, stable's counts say more than this does.
            if (rollout.Share >= 100)
                forgive(rollout, gate.Service.Value, now + Margin);
        }
        return [.. heard.Select(gate => gate is { Verdict: Verdict.Inconclusive, Shared: false } && WasShared(rollout, gate) && StillFails(rollout, gate, traffic, now)
            ? gate with { Shared = true, Text = $"{gate.Text}; {stable.Id} failed as well a moment ago" } : gate)];
    }

    // What was counted is forgiven as long as both fail, so that it takes a while to see that they still do.
    private bool WasShared(RolloutState rollout, GateReading gate)
        => rollout.Share >= 100 && gate is { Name: "errors", Service: { } service } && _shared.TryGetValue((rollout.Id, service), out var at) && clock.GetUtcNow() - at < Remembered;

    private static bool StillFails(RolloutState rollout, GateReading gate, TrafficLog traffic, DateTimeOffset now)
        => traffic.At(now - (Remembered / 2)) is { } from && traffic.Since(from, gate.Service!.Value, rollout.Candidate!.Value).Errors > 0;

    private void Forget(RolloutState rollout, ImmutableArray<GateReading> gates)
    {
        if (_failingSince.Count == 0)
            return;
        var failing = gates.Where(gate => gate.Verdict == Verdict.Fail).Select(gate => (gate.Name, gate.Service)).ToHashSet();
        foreach (var key in _failingSince.Keys.Where(key => key.Rollout == rollout.Id && !failing.Contains((key.Gate, key.Service))).ToList())
            _failingSince.Remove(key);
    }

    private GateReading Heard(RolloutState rollout, GateReading gate, ServiceName service, Release stable, Observation seen, TrafficLog traffic)
    {
        // With traffic of its own it is heard by the gates themselves.
        if (rollout.Share < 100 && gate.Name != "readiness")
            return gate;
        var all = seen.Instances.Where(one => one.Release == stable.Id && one.Phase != InstancePhase.Stopping).ToList();
        var warm = all.Where(one => one.Service == service).ToList();
        // Workers and schedulers are not kept warm, and a new service has none before it; what they depend on, others may depend on too.
        if (warm.Count == 0 && (gate.Name != "readiness" || all.Count == 0))
            return gate;
        var key = (rollout.Id, gate.Name, service);
        if (warm.Count > 0 ? !warm.Any(one => one.Ready) : all.Any(one => !one.Ready))
        {
            _failingSince.Remove(key);
            return Shared(gate, $"the instances of {stable.Id} are not well either");
        }
        var now = clock.GetUtcNow();
        if (!_failingSince.TryGetValue(key, out var since))
            _failingSince[key] = since = now;
        if (!JudgesTraffic(gate))
            return gate.Name == "readiness" && now - since < ConfirmTime(stable) ? Doubt(gate, stable) : gate;
        if (stable.Find(service)!.Service.Health.Smoke.IsEmpty)
            return now - since < ConfirmTime(stable) ? Doubt(gate, stable) : Afterwards(rollout, gate, service, traffic);
        return smoke.Ask(rollout.Id, service, warm.First(one => one.Ready).Id, Times(rollout, service, traffic)) switch
        {
            { Passed: true } => Afterwards(rollout, gate, service, traffic),
            { Passed: false } answer => Shared(gate, $"{stable.Id} fails its smoke check too, {answer.Text}"),
            _ => Doubt(gate, stable),
        };
    }

    // A fault that hits one request of three lets two of three checks pass, so one that passes says little; enough of them do.
    private int Times(RolloutState rollout, ServiceName service, TrafficLog traffic)
    {
        if (traffic.At(clock.GetUtcNow() - Lately) is not { } from)
            return 1;
        var ratio = traffic.Since(from, service, rollout.Candidate!.Value).ErrorRatio;
        return ratio is > 0 and < 1 ? (int)Math.Clamp(Math.Ceiling(Math.Log(UnnoticedMax) / Math.Log(1 - ratio)), 1, TimesMax) : 1;
    }

    // Counts from the time in which both failed stay in what gates look at for a while after it.
    private GateReading Afterwards(RolloutState rollout, GateReading gate, ServiceName service, TrafficLog traffic)
        => gate.Name != "errors" && _shared.TryGetValue((rollout.Id, service), out var shared) && !FailsOfItsOwn(rollout, gate, service, traffic, shared, clock.GetUtcNow())
            ? gate with { Verdict = Verdict.Inconclusive, Text = $"{gate.Text}; until {shared:HH:mm:ss} UTC both failed, which is held against nobody" }
            : gate;

    private static bool JudgesTraffic(GateReading gate) => gate.Watched || gate.Name == "consecutive-errors";

    private static bool FailsOfItsOwn(RolloutState rollout, GateReading gate, ServiceName service, TrafficLog traffic, DateTimeOffset shared, DateTimeOffset now)
    {
        var plan = rollout.Terms.Gates;
        if (gate.Name == "latency")
            return now - shared >= plan.Sustained * 2;
        if (now - shared < Margin || traffic.At(shared + Margin) is not { } from)
            return false;
        var since = traffic.Since(from, service, rollout.Candidate!.Value);
        return Binomial.Tail(since.Errors, since.Requests, plan.ErrorRatioMax) < ChanceMax;
    }

    // As long as the release before may take to notice by itself what the candidate has noticed.
    private static TimeSpan ConfirmTime(Release stable)
    {
        var time = stable.Services.Select(one => one.Service.Health.Ready).OfType<Probe>()
            .Select(probe => (probe.Period * probe.FailureThreshold) + probe.Timeout).DefaultIfEmpty(TimeSpan.Zero).Max();
        return time < ConfirmMax ? time : ConfirmMax;
    }

    private static GateReading Shared(GateReading gate, string why)
        => gate with { Verdict = Verdict.Inconclusive, Shared = true, Text = $"{gate.Text}; {why}, so the release is not to blame" };

    private static GateReading Doubt(GateReading gate, Release stable)
        => gate with { Verdict = Verdict.Inconclusive, Asking = true, Text = $"{gate.Text}; {stable.Id} is being asked whether it fails as well" };
}
