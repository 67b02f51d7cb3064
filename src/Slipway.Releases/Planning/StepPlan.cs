using System.Collections.Immutable;
using Slipway.Core.Manifests;

namespace Slipway.Releases.Planning;

/// <summary>The steps on which a strategy brings a candidate to all of the traffic, and the instances that each needs.</summary>
public static class StepPlan
{
    /// <summary>
    /// The steps. A first release and a rollback go straight to all of the traffic: nothing, or nothing better, is there to
    /// fall back on. Rolling takes one step for each instance of its largest service; blue-green and recreate take one.
    /// </summary>
    public static ImmutableArray<RolloutStep> Of(RolloutPlan plan, Release candidate, bool first, bool rollback)
    {
        if (first || rollback)
            return [new(100, TimeSpan.Zero, false)];
        var last = plan.Steps.IsDefaultOrEmpty ? new(100, TimeSpan.Zero, false) : plan.Steps[^1];
        var approval = plan.Approval || last.Approval;
        return plan.Strategy switch
        {
            Strategy.Canary when !plan.Steps.IsDefaultOrEmpty && last.Percent == 100 => plan.Steps.SetItem(plan.Steps.Length - 1, last with { Approval = approval }),
            Strategy.Canary when !plan.Steps.IsDefaultOrEmpty => plan.Steps.Add(new(100, last.Bake, plan.Approval)),
            Strategy.Rolling => Rolling(candidate, last.Bake, approval),
            _ => [new(100, last.Bake, approval)],
        };
    }

    /// <summary>How many instances of a service carry a share of the traffic: the share rounded up, at least one.</summary>
    /// <param name="service">The service.</param>
    /// <param name="percent">0 to 100.</param>
    public static int Instances(Service service, int percent)
        => service.Replicas.Min == 0 ? 0 : Math.Clamp((service.Replicas.Min * percent + 99) / 100, 1, service.Replicas.Min);

    private static ImmutableArray<RolloutStep> Rolling(Release candidate, TimeSpan bake, bool approval)
    {
        var most = Math.Max(1, candidate.Services.Select(one => one.Service.Replicas.Min).DefaultIfEmpty(1).Max());
        return [.. Enumerable.Range(1, most).Select(done => new RolloutStep(100 * done / most, bake, approval && done == most))];
    }
}
