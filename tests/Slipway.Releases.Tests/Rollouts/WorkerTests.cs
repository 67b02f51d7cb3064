using Slipway.Core.Manifests;
using Slipway.Releases.Ports;
using Slipway.Releases.Rollouts;
using Slipway.Simulation;

namespace Slipway.Releases.Tests.Rollouts;

public sealed class WorkerTests
{
    private static readonly Application Shop = Scenes.Application(
        Scenes.Canary(10, 50, 100), Scenes.Service("api"), Scenes.Service("worker", ServiceKind.Worker, replicas: 2, smoke: false));

    [Theory]
    [InlineData(2, 2, 10, 1)]
    [InlineData(2, 2, 50, 2)]
    [InlineData(10, 10, 10, 1)]
    [InlineData(10, 10, 25, 3)]
    [InlineData(10, 10, 50, 10)]
    [InlineData(10, 10, 90, 10)]
    [InlineData(4, 4, 100, 4)]
    [InlineData(3, 0, 10, 1)]
    [InlineData(1, 8, 50, 1)]
    public void The_share_of_a_worker_is_that_of_the_instances_at_work(int replicas, int stable, int percent, int instances)
        => Assert.Equal(instances, WorkerShare.Instances(Scenes.Service("worker", ServiceKind.Worker, replicas), stable, percent));

    [Fact]
    public async Task Status_tells_the_real_share()
    {
        var stage = await Stage.Open();
        await stage.Deploy(Shop, "1");
        await stage.UntilOver();
        await stage.Deploy(Shop, "2");
        await stage.Until(one => one.State.Current is { Phase: RolloutPhase.Baking, Percent: 10 });

        var share = Assert.Single(stage.View().Workers);
        Assert.Equal((1, 3), (share.Candidate, share.AtWork));
        await stage.Until(one => one.State.Current is { Promoted: true } && one.View().Workers is [{ Candidate: 2, AtWork: 2 }]);
        Assert.Empty(await stage.Rest());
    }

    [Fact]
    public async Task Old_workers_end_at_promotion_and_how_they_ended_is_told()
    {
        var stage = await Stage.Open();
        var jobs = new SimulatedJobs(stage);
        jobs.Add(200);
        await stage.Deploy(Shop, "1");
        await stage.UntilOver();
        var old = stage.State.Live!.Value;
        await stage.Deploy(Shop, "2");
        Assert.Empty(await stage.Rest());

        Assert.Equal(2, stage.View().Milestones.Count(one => one.What.StartsWith($"worker-r{old}", StringComparison.Ordinal) && one.What.Contains("drained", StringComparison.Ordinal)));
        await stage.Until(_ => jobs.Open == 0);
        Assert.All(jobs.Done.Values, times => Assert.Equal(1, times));
        Assert.Equal(200, jobs.Done.Count);
    }

    [Fact]
    public async Task When_a_promotion_is_undone_the_old_workers_are_back_before_the_others_go()
    {
        var stage = await Stage.Open();
        _ = new SimulatedJobs(stage);
        await stage.Deploy(Shop, "1");
        await stage.UntilOver();
        var old = stage.State.Live!.Value;
        await stage.Deploy(Shop, "2");
        await stage.Until(one => one.State.Guarded is { Phase: RolloutPhase.Guarding } && one.World.Instances.All(each => each.Service.Kind != ServiceKind.Worker || each.Release != old));

        await stage.Steer(SteerVerb.Abort);
        await stage.Until(one => one.State.Guarded is { Phase: RolloutPhase.RollingBack } && one.World.Instances.Any(each => each.Release == old && each.Service.Kind == ServiceKind.Worker));
        Assert.Contains("of the release before to be ready", stage.View().Waiting, StringComparison.Ordinal);
        Assert.Empty(await stage.Rest());
        Assert.Equal(old, stage.State.Live);
    }

    [Theory]
    [InlineData(true, null, "killed with work under way")]
    [InlineData(false, 143, "does not drain")]
    [InlineData(false, 3, "exit code 3")]
    public async Task One_that_was_cut_off_is_told_once_over_deaths_of_the_control_plane(bool killed, int? code, string told)
    {
        var stage = await Stage.Open();
        await stage.Deploy(Shop, "1");
        await stage.UntilOver();
        var worker = stage.World.Instances.First(one => one.Service.Kind == ServiceKind.Worker);
        var now = stage.World.Clock.GetUtcNow();

        stage.World.Ended.Add(new EndedInstance(worker.Id, worker.Release, worker.Service.Name, now - TimeSpan.FromSeconds(15), now, code, killed));
        await stage.Play(TimeSpan.FromSeconds(1));
        await stage.Kill();
        await stage.Play(TimeSpan.FromSeconds(1));

        var record = Assert.Single(stage.Journal.Read(0, 1000), one => one.Kind == "work-ended");
        Assert.Contains(told, record.What, StringComparison.Ordinal);
        Assert.Contains("may be done twice", record.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scheduler_that_does_not_end_is_waited_for_and_named_and_no_other_starts()
    {
        var stage = await Stage.Open();
        var shop = Scenes.Application(Scenes.Plan(Strategy.BlueGreen), Scenes.Service("clock", ServiceKind.Scheduler, replicas: 1, overlap: false));
        var schedule = new SimulatedSchedule(stage);
        await stage.Deploy(shop, "1");
        await stage.UntilOver();
        var old = stage.World.Instances.Single();
        stage.World.Unkillable.Add(old.Id);

        await stage.Deploy(shop, "2");
        await stage.Until(one => one.View().Waiting?.Contains($"{old.Id}, which must end before another starts", StringComparison.Ordinal) == true);
        await stage.UntilOver();
        Assert.Equal("rolled-back", stage.View().Outcome);
        Assert.Contains($"{old.Id}", stage.View().Failure!.Reason, StringComparison.Ordinal);
        Assert.Same(old, Assert.Single(stage.World.Instances));
        Assert.Empty(stage.World.Violations);

        stage.World.Unkillable.Clear();
        await stage.Until(one => one.World.Instances is [{ Ready: true } next] && next != old);
        await stage.Play(TimeSpan.FromSeconds(2));
        Assert.Empty(stage.World.Violations);
        Assert.All(Enumerable.Range(0, (int)schedule.Due - 2), tick => Assert.Equal(1, schedule.Made.GetValueOrDefault(tick)));
    }

    [Fact]
    public async Task A_scheduler_that_was_thought_dead_is_refused_by_the_fence()
    {
        var stage = await Stage.Open();
        var shop = Scenes.Application(Scenes.Plan(Strategy.BlueGreen), Scenes.Service("clock", ServiceKind.Scheduler, replicas: 1, overlap: false));
        var schedule = new SimulatedSchedule(stage);
        await stage.Deploy(shop, "1");
        await stage.UntilOver();
        var former = stage.World.Instances.Single().Fence;
        await stage.Deploy(shop, "2");
        await stage.UntilOver();
        await stage.Play(TimeSpan.FromSeconds(2));

        Assert.False(schedule.Make(former, schedule.Due + 5));
        Assert.Equal(1, schedule.HandOvers);
        Assert.Empty(stage.World.Violations);
    }
}
