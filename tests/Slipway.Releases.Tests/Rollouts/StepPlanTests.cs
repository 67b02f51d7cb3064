using Slipway.Core.Manifests;
using Slipway.Releases.Planning;
using Slipway.Simulation;

namespace Slipway.Releases.Tests.Rollouts;

public sealed class StepPlanTests
{
    [Theory]
    [InlineData(2, 10, 1)]
    [InlineData(2, 50, 1)]
    [InlineData(2, 51, 2)]
    [InlineData(10, 10, 1)]
    [InlineData(10, 11, 2)]
    [InlineData(3, 100, 3)]
    [InlineData(0, 100, 0)]
    public void A_share_of_the_traffic_needs_its_share_of_the_instances_rounded_up(int replicas, int percent, int instances)
        => Assert.Equal(instances, StepPlan.Instances(Scenes.Service("api", replicas: replicas), percent));

    [Theory]
    [InlineData(Strategy.Canary, new[] { 10, 50, 100 })]
    [InlineData(Strategy.Rolling, new[] { 33, 66, 100 })]
    [InlineData(Strategy.BlueGreen, new[] { 100 })]
    [InlineData(Strategy.Recreate, new[] { 100 })]
    public void Each_strategy_has_its_steps(Strategy strategy, int[] percents)
    {
        var plan = Scenes.Canary(10, 50, 100) with { Strategy = strategy };
        Assert.Equal(percents, StepPlan.Of(plan, Bundle(3), first: false, rollback: false).Select(step => step.Percent));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_first_release_and_a_rollback_go_straight_to_all(bool first, bool rollback)
        => Assert.Equal([new(100, TimeSpan.Zero, false)], StepPlan.Of(Scenes.Canary(10, 100) with { Approval = true }, Bundle(2), first, rollback));

    [Fact]
    public void An_approval_of_the_plan_is_asked_before_all_of_the_traffic()
        => Assert.Equal([false, true], StepPlan.Of(Scenes.Canary(10, 100) with { Approval = true }, Bundle(2), false, false).Select(step => step.Approval));

    private static Release Bundle(int replicas) => new()
    {
        Id = default,
        Application = Scenes.Name<ApplicationName>("shop"),
        Version = "1",
        Stamp = new("unknown", DateTimeOffset.UnixEpoch),
        Services = [new(Scenes.Service("api", replicas: replicas), null, System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty, System.Collections.Immutable.ImmutableSortedDictionary<string, Core.Settings.SecretVersion>.Empty)],
    };
}
