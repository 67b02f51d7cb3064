using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Slipway.Core.Manifests;

/// <summary>Fills how a release goes live and what it must pass.</summary>
internal static class RolloutBinder
{
    private static readonly int[] StandardSteps = [10, 50, 100];

    public static RolloutPlan BindRollout(Values values, FaultList faults)
    {
        var strategy = (Strategy)(int)values["strategy"]!;
        return new()
        {
            Strategy = strategy,
            Steps = BindSteps(values, strategy, faults),
            Approval = (bool)values["approval"]!,
            ApprovalDeadline = (TimeSpan)values["approval_deadline"]!,
            StartDeadline = (TimeSpan)values["start"]!,
            DrainDeadline = (TimeSpan)values["drain"]!,
        };
    }

    public static GatePlan BindGates(Values values)
    {
        var inconclusive = values.Below("inconclusive");
        return new()
        {
            ConsecutiveErrors = (int)values["consecutive"]!,
            MemoryMax = (double)values["memory"]!,
            ErrorRatioMax = (double)values["errors"]!,
            LatencyRatioMax = (double)values["latency"]!,
            LatencyFloor = (TimeSpan)values["latency_floor"]!,
            PoolMax = (double)values["pool"]!,
            ResourceMax = (double)values["resources"]!,
            Sustained = (TimeSpan)values["sustained"]!,
            RequestsMin = (int)values["requests"]!,
            InconclusiveDeadline = (TimeSpan)inconclusive["after"]!,
            WhenInconclusive = (InconclusiveAction)(int)inconclusive["then"]!,
        };
    }

    private static ImmutableArray<RolloutStep> BindSteps(Values values, Strategy strategy, FaultList faults)
    {
        var bake = (TimeSpan)values["bake"]!;
        var list = values.List("steps");
        if (strategy != Strategy.Canary)
        {
            if (values.Has("steps"))
                faults.Warning(FaultCode.StepsUnused, values.KeyAt("steps"), "Only the strategy canary has steps to choose; these are not used.", "Remove them, or write: strategy: canary");
            return [new(100, bake, false)];
        }
        if (values.Has("steps") && list.Length == 0)
            faults.Error(FaultCode.Steps, values.KeyAt("steps"), "A canary needs at least one step.", "Write for example: steps: [10, 50, 100]");
        var steps = new RolloutStep[list.Length > 0 ? list.Length : StandardSteps.Length];
        for (var (i, last) = (0, 0); i < steps.Length; i++)
        {
            var step = list.Length > 0 ? (Values)list[i] : null;
            var percent = step is null ? StandardSteps[i] : (int?)step["to"] ?? last + 1;
            steps[i] = new(percent, (TimeSpan?)step?["bake"] ?? bake, (bool?)step?["approve"] ?? false);
            if (percent <= last && step is not null)
                faults.Error(FaultCode.Steps, step.At, $"The step {percent} does not rise above the one before, {last}.", "Write rising shares, such as: steps: [10, 50, 100]");
            last = percent;
        }
        if (steps[^1].Percent != 100 && list.Length > 0 && ((Values)list[^1])["to"] is not null)
            faults.Error(FaultCode.Steps, ((Values)list[^1]).At, $"The last step is {steps[^1].Percent}, so the release would never get all of the traffic.", "End with 100, such as: steps: [10, 50, 100]");
        return ImmutableCollectionsMarshal.AsImmutableArray(steps);
    }
}
