using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Releases.Journals;
using Slipway.Releases.Ports;
using Slipway.Releases.Rollouts;

namespace Slipway.Releases.Running;

/// <summary>Runs the smoke checks of a candidate's instances as soon as each is ready, all at the same time.</summary>
internal sealed class Prover(EnvironmentName environment, ITarget target, Action wake)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<InstanceId, ImmutableArray<SmokeOutcome>?> _runs = [];

    /// <summary>Checks that failed, by instance.</summary>
    public ImmutableDictionary<InstanceId, SmokeOutcome> Failures
    {
        get
        {
            lock (_lock)
            {
                return _runs.Where(run => run.Value?.Any(outcome => !outcome.Passed) == true)
                    .ToImmutableDictionary(run => run.Key, run => run.Value!.Value.First(outcome => !outcome.Passed));
            }
        }
    }

    /// <summary>Forgets what it saw, for another rollout.</summary>
    public void Reset()
    {
        lock (_lock)
            _runs.Clear();
    }

    /// <summary>Starts the checks that are due, and gives the instances that have passed all of their own.</summary>
    public IReadOnlyList<InstanceProved> Passed(EnvironmentState state, RolloutState rollout, Observation seen, CancellationToken cancellation)
    {
        if (rollout.Candidate is not { } candidate
            || rollout.Phase is not (RolloutPhase.Starting or RolloutPhase.Proving or RolloutPhase.HandingOver or RolloutPhase.Baking or RolloutPhase.Waiting))
            return [];
        var release = state.Releases[candidate].Release;
        var passed = new List<InstanceProved>();
        foreach (var instance in seen.Instances)
        {
            if (instance.Release != candidate || !instance.Ready || instance.Phase != InstancePhase.Running || rollout.Proved.Contains(instance.Id))
                continue;
            var checks = release.Find(instance.Service)!.Service.Health.Smoke;
            if (checks.IsDefaultOrEmpty)
                passed.Add(new(instance.Id, 0));
            else if (Outcomes(instance.Id, cancellation) is { } outcomes && outcomes.All(outcome => outcome.Passed))
                passed.Add(new(instance.Id, outcomes.Length));
        }
        return passed;
    }

    private ImmutableArray<SmokeOutcome>? Outcomes(InstanceId instance, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_runs.TryGetValue(instance, out var outcomes))
                return outcomes;
            _runs[instance] = null;
        }
        _ = Run(instance, cancellation);
        lock (_lock)
            return _runs.GetValueOrDefault(instance);
    }

    private async Task Run(InstanceId instance, CancellationToken cancellation)
    {
        ImmutableArray<SmokeOutcome> outcomes;
        try
        {
            outcomes = await target.Smoke(environment, instance, cancellation);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (Exception fault) when (fault is TargetException or IOException)
        {
            outcomes = [new("smoke", false, $"it could not be run: {fault.Message}", TimeSpan.Zero)];
        }
        lock (_lock)
        {
            if (_runs.ContainsKey(instance))
                _runs[instance] = outcomes;
        }
        wake();
    }
}
