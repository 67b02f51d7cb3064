using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Releases.Gates;
using Slipway.Releases.Ports;
using Slipway.Releases.Rollouts;

namespace Slipway.Releases.Running;

/// <summary>
/// Runs smoke checks again and again while the gates watch, where the manifest says how often. A failure counts once a second
/// run has failed too, and not against the release when the same check fails on stable.
/// </summary>
internal sealed class SmokeRepeats(EnvironmentName environment, ITarget target, TimeProvider clock, Action wake)
{
    private static readonly TimeSpan BeforeSecond = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private readonly Dictionary<(InstanceId Instance, string Check), Round> _rounds = [];

    /// <summary>Forgets what it saw, for another rollout.</summary>
    public void Reset()
    {
        lock (_lock)
            _rounds.Clear();
    }

    /// <summary>Begins the runs that are due.</summary>
    public void Begin(EnvironmentState state, RolloutState? rollout, ImmutableArray<Instance> instances, CancellationToken cancellation)
    {
        if (rollout is not { Candidate: { } candidate, Phase: RolloutPhase.Baking or RolloutPhase.Waiting or RolloutPhase.Guarding })
            return;
        foreach (var released in state.Releases[candidate].Release.Services)
        {
            var checks = released.Service.Health.Smoke.Where(check => check.Every is not null).ToList();
            if (checks.Count > 0)
                Begin(rollout, checks, [.. instances.Where(one => one.Service == released.Service.Name && one is { Ready: true, Phase: InstancePhase.Running })], cancellation);
        }
    }

    private void Begin(RolloutState rollout, List<SmokeCheck> checks, ImmutableArray<Instance> instances, CancellationToken cancellation)
    {
        var stable = instances.FirstOrDefault(one => one.Release == rollout.Stable);
        foreach (var instance in instances.Where(one => one.Release == rollout.Candidate && rollout.Proved.Contains(one.Id)))
        {
            foreach (var check in checks.Where(check => IsDue((instance.Id, check.Name), check.Every!.Value)))
                _ = Run(instance, check, stable, cancellation);
        }
    }

    /// <summary>What the last runs said of instances that still run.</summary>
    public ImmutableArray<GateReading> Readings(RolloutState? rollout, ImmutableArray<Instance> instances)
    {
        lock (_lock)
        {
            return rollout is null || _rounds.Count == 0 ? [] :
            [
                .. _rounds.Where(round => round.Value.Reading is not null && instances.Any(one => one.Id == round.Key.Instance && one.Phase == InstancePhase.Running))
                    .Select(round => round.Value.Reading!),
            ];
        }
    }

    private bool IsDue((InstanceId Instance, string Check) key, TimeSpan every)
    {
        var now = clock.GetUtcNow();
        lock (_lock)
        {
            // It has only just been proved: the first repetition is one period later.
            if (!_rounds.TryGetValue(key, out var round))
            {
                _rounds[key] = new(now + every, IsUnderWay: false, null);
                return false;
            }
            if (round.IsUnderWay || now < round.Due)
                return false;
            _rounds[key] = round with { Due = now + every, IsUnderWay = true };
            return true;
        }
    }

    private async Task Run(Instance instance, SmokeCheck check, Instance? stable, CancellationToken cancellation)
    {
        GateReading? reading = null;
        try
        {
            var outcome = await Once(instance.Id, check.Name, cancellation);
            if (outcome is { Passed: false })
            {
                await Task.Delay(BeforeSecond, clock, cancellation);
                outcome = await Once(instance.Id, check.Name, cancellation);
            }
            var isShared = outcome is { Passed: false } && stable is not null && await Once(stable.Id, check.Name, cancellation) is { Passed: false };
            reading = outcome is null ? null : Reading(instance, outcome, isShared);
        }
        catch (OperationCanceledException)
        {
            // The runner ends; whoever comes next begins anew.
        }
        catch (Exception fault) when (fault is TargetException or IOException)
        {
            // The target does not answer, which is told of elsewhere and says nothing about the release.
            reading = new("smoke", instance.Service, Verdict.Inconclusive, $"'{check.Name}' could not be run on {instance.Id}: {fault.Message}") { Instance = instance.Id };
        }
        lock (_lock)
        {
            if (_rounds.TryGetValue((instance.Id, check.Name), out var round))
                _rounds[(instance.Id, check.Name)] = round with { IsUnderWay = false, Reading = reading };
        }
        wake();
    }

    private async Task<SmokeOutcome?> Once(InstanceId instance, string check, CancellationToken cancellation)
        => (await target.Smoke(environment, instance, [check], cancellation)).FirstOrDefault();

    private static GateReading Reading(Instance instance, SmokeOutcome outcome, bool isShared) => new(
        "smoke", instance.Service, outcome.Passed ? Verdict.Pass : isShared ? Verdict.Inconclusive : Verdict.Fail,
        outcome.Passed ? $"'{outcome.Name}' passed on {instance.Id}"
            : $"'{outcome.Name}' failed twice on {instance.Id}: {outcome.Explanation}" + (isShared ? "; on stable too, so the release is not to blame" : ""))
    {
        Instance = instance.Id,
        Shared = isShared,
        Remedy = "Correct what the check shows, or the check, and deploy again.",
    };

    private sealed record Round(DateTimeOffset Due, bool IsUnderWay, GateReading? Reading);
}
