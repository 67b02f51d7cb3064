using Slipway.Core.Manifests;
using Slipway.Releases.Rollouts;
using Slipway.Simulation;

namespace Slipway.Releases.Tests.OneOffs;

public sealed class MigrationTests
{
    private static readonly Application Shop = Scenes.Application(Scenes.Canary(50, 100), Scenes.Migrating(Scenes.Service("api")), Scenes.Job("report", needs: ["api"]));

    private static readonly Application Breaking = Scenes.Application(Scenes.Plan(Strategy.Recreate), Scenes.Migrating(Scenes.Service("api"), compatible: false));

    [Fact]
    public async Task A_release_migrates_before_it_starts_and_its_jobs_run_once()
    {
        var stage = await Released(Shop);
        Assert.Equal(["api-migrate", "report"], stage.World.Runs.Select(one => one.Name.ToString()));
        Assert.Equal(["migrations-begun", "one-off-started", "migration-finished", "step-starting", "one-off-started", "job-finished"],
            stage.Journal.Records(0).Select(one => one.Event.Kind).Where(kind => kind.Contains("migration") || kind.Contains("off") || kind.Contains("job") || kind == "step-starting"));
        Assert.Empty(await stage.Rest());
    }

    [Fact]
    public async Task A_release_that_comes_back_or_is_deployed_again_runs_nothing_twice()
    {
        var stage = await Released(Shop);
        var first = stage.State.Live!.Value;
        await stage.Deploy(Shop, "2");
        await stage.UntilOver();
        Assert.Equal(4, stage.World.Runs.Count);
        await stage.Ask(engine => engine.Rollback(Scenes.Environment, first, new("ada", "cli"), null, default));
        await stage.UntilOver();
        Assert.Equal(first, stage.State.Live);
        await stage.Deploy(Shop, "2");
        await stage.UntilOver();
        Assert.Equal("promoted", stage.View().Outcome);
        Assert.Equal(4, stage.World.Runs.Count);
        Assert.Empty(await stage.Rest());
    }

    [Theory]
    [InlineData("api-migrate", 3, 1, "migration")]
    [InlineData("api-migrate", 0, 1000, "migration")]
    [InlineData("report", 3, 1, "job")]
    [InlineData("report", 0, 1000, "job")]
    [InlineData("report", null, 1, "job")]
    [InlineData("api-migrate", null, 1, "migration")]
    public async Task One_that_fails_hangs_or_ends_unseen_ends_the_rollout_and_leaves_what_is_live(string name, int? code, int seconds, string gate)
    {
        var stage = await Released(Shop);
        var live = stage.State.Live;
        stage.World.Behaviours["2"] = new() { Service = name, JobExit = code, JobTime = TimeSpan.FromSeconds(seconds) };
        await stage.Deploy(Shop, "2");
        await stage.UntilOver();
        var view = stage.View();
        Assert.Equal("failed", view.Outcome);
        Assert.Equal(gate, view.Failure!.Gate);
        Assert.NotEmpty(view.Failure.Remedy);
        Assert.Contains("cannot go on, the password is ***", view.Failure.LastLines);
        Assert.Equal(live, stage.State.Live);
        Assert.Empty(await stage.Rest());
    }

    [Fact]
    public async Task One_that_failed_runs_again_with_the_next_deploy_of_its_release()
    {
        var stage = await Released(Shop);
        stage.World.Behaviours["2"] = new() { Service = "api-migrate", JobExit = 1, JobRecovers = true };
        await stage.Deploy(Shop, "2");
        await stage.UntilOver();
        Assert.Equal("failed", stage.View().Outcome);
        await stage.Deploy(Shop, "2");
        await stage.UntilOver();
        Assert.Equal("promoted", stage.View().Outcome);
        Assert.Empty(await stage.Rest());
    }

    [Fact]
    public async Task One_that_may_be_repeated_runs_again_when_nobody_saw_how_it_ended()
    {
        var shop = Scenes.Application(Scenes.Canary(50, 100), Scenes.Migrating(Scenes.Service("api"), repeatable: true), Scenes.Job("report", repeatable: true));
        var stage = await Released(shop);
        stage.World.Behaviours["2"] = new() { JobExit = null, JobRecovers = true };
        await stage.Deploy(shop, "2");
        await stage.UntilOver();
        Assert.Equal("promoted", stage.View().Outcome);
        Assert.Equal(6, stage.World.Runs.Count);
        Assert.Empty(await stage.Rest());
    }

    [Theory]
    [InlineData(false, "failed")]
    [InlineData(true, "promoted")]
    public async Task One_that_has_vanished_runs_again_only_when_it_may_be_repeated(bool repeatable, string outcome)
    {
        var shop = Scenes.Application(Scenes.Canary(50, 100), Scenes.Migrating(Scenes.Service("api"), repeatable: repeatable));
        var stage = await Released(shop);
        stage.World.Behaviours["2"] = new() { JobTime = TimeSpan.FromSeconds(5) };
        await stage.Deploy(shop, "2");
        await stage.Until(one => one.State.Active is { OneOffStarts.Count: 1 });
        stage.World.Lose("api-migrate");
        await stage.UntilOver();
        Assert.Equal(outcome, stage.View().Outcome);
        Assert.Equal(repeatable ? 3 : 2, stage.World.Runs.Count);
        Assert.Empty(await stage.Rest());
    }

    [Fact]
    public async Task A_seed_fills_the_data_once_until_they_are_reset()
    {
        var shop = Scenes.Application(Scenes.Canary(50, 100), Scenes.Migrating(Scenes.Service("api")) with { Seeds = [new(new(["seed"]), JobPlan.Default)] });
        var stage = await Released(shop);
        await stage.Deploy(shop, "2");
        await stage.UntilOver();
        Assert.Equal(["api-migrate", "api-seed-1", "api-migrate"], stage.World.Runs.Select(one => one.Name.ToString()));
        await stage.Ask(engine => engine.Down(Scenes.Environment, reset: true, new("ada", "cli"), default));
        await stage.Until(one => !one.State.Stopping);
        Assert.Equal(0, stage.State.OneOffs.Done.Count + stage.State.OneOffs.Seeded.Count);
        stage.World.Runs.Clear();
        await stage.Deploy(shop, "2");
        await stage.UntilOver();
        Assert.Equal(["api-migrate", "api-seed-1"], stage.World.Runs.Select(one => one.Name.ToString()));
        Assert.Empty(await stage.Rest());
    }

    [Fact]
    public async Task An_incompatible_migration_asks_first_and_allows_no_way_back()
    {
        var stage = await Released(Shop);
        var first = stage.State.Live!.Value;
        await stage.Deploy(Breaking, "2");
        await stage.Until(one => one.State.Active is { Phase: RolloutPhase.Waiting, Waiting: WaitCause.Migration });
        await stage.Play(TimeSpan.FromSeconds(3));
        Assert.Equal(2, stage.World.Runs.Count);
        await stage.Steer(SteerVerb.Approve);
        await stage.UntilOver();
        Assert.Equal("promoted", stage.View().Outcome);
        Assert.Equal("SLIP475", Refusal(await stage.Ask(engine => engine.Rollback(Scenes.Environment, null, new("ada", "cli"), null, default))));
        Assert.Equal("SLIP475", Refusal(await stage.Ask(engine => engine.Rollback(Scenes.Environment, first, new("ada", "cli"), null, default))));
        await stage.Deploy(Shop, "1");
        await stage.UntilOver();
        Assert.Equal("failed", stage.View().Outcome);
        Assert.NotEqual(first, stage.State.Live);
        Assert.Empty(await stage.Rest());
    }

    [Fact]
    public async Task Approval_that_nobody_gives_or_an_abort_before_it_changes_nothing()
    {
        var stage = await Released(Shop);
        var first = stage.State.Live;
        await stage.Deploy(Breaking, "2");
        await stage.Until(one => one.State.Active is { Phase: RolloutPhase.Waiting });
        Assert.IsType<CommandAnswer.Accepted>(await stage.Steer(SteerVerb.Abort));
        await stage.UntilOver();
        Assert.Equal(("aborted", first), (stage.View().Outcome, stage.State.Live));
        await stage.Deploy(Breaking, "2");
        await stage.Until(one => one.State.Rollouts.All(rollout => rollout.IsOver), secondsMax: 400);
        Assert.Equal(("failed", first), (stage.View().Outcome, stage.State.Live));
        Assert.Empty(await stage.Rest());
    }

    [Fact]
    public async Task What_fails_after_an_incompatible_migration_holds_and_gives_way_to_its_repair()
    {
        var stage = await Released(Shop);
        stage.World.Behaviours["2"] = new() { Service = "api", ErrorRatio = 1 };
        await stage.Deploy(Breaking, "2");
        await stage.Until(one => one.State.Active is { Phase: RolloutPhase.Waiting });
        await stage.Steer(SteerVerb.Approve);
        await stage.Until(one => one.State.Active is { Stuck: not null });
        await stage.Play(TimeSpan.FromSeconds(30));
        Assert.NotNull(stage.State.Active);
        Assert.Contains(stage.Engine.Snapshot(Scenes.Environment)!.Troubles, trouble => trouble.Contains("cannot be undone"));
        Assert.Equal("SLIP475", Refusal(await stage.Steer(SteerVerb.Abort)));
        await stage.Deploy(Shop, "3");
        await stage.UntilOver();
        Assert.Equal(["failed", "promoted"], stage.Engine.History(Scenes.Environment, 2).Reverse().Select(one => one.Outcome));
        Assert.Empty(await stage.Rest());
    }

    [Fact]
    public async Task What_fails_after_an_incompatible_migration_goes_on_when_a_person_says_so_again()
    {
        var stage = await Released(Shop);
        stage.World.Behaviours["2"] = new() { Service = "api", EndsAfter = TimeSpan.FromSeconds(0.5) };
        await stage.Deploy(Breaking, "2");
        await stage.Until(one => one.State.Active is { Phase: RolloutPhase.Waiting });
        // Said before it failed, it counts for bakes and approvals only.
        await stage.Steer(SteerVerb.Promote);
        await stage.Steer(SteerVerb.Approve);
        await stage.Until(one => one.State.Active is { Stuck: not null });
        await stage.Play(TimeSpan.FromSeconds(60));
        Assert.False(stage.View().Promoted);
        Assert.IsType<CommandAnswer.Accepted>(await stage.Steer(SteerVerb.Promote));
        await stage.UntilOver();
        Assert.Equal("promoted", stage.View().Outcome);
    }

    [Fact]
    public async Task What_recovers_after_an_incompatible_migration_goes_on_by_itself()
    {
        var stage = await Released(Shop);
        stage.World.Behaviours["2"] = new() { Service = "api", NeverReady = true };
        await stage.Deploy(Breaking, "2");
        await stage.Until(one => one.State.Active is { Phase: RolloutPhase.Waiting });
        await stage.Steer(SteerVerb.Approve);
        await stage.Until(one => one.State.Active is { Stuck: not null });
        stage.World.Behaviours["2"] = Behaviour.Good;
        await stage.UntilOver();
        Assert.Equal("promoted", stage.View().Outcome);
        Assert.Empty(await stage.Rest());
    }

    [Theory]
    [InlineData(Strategy.Canary, false)]
    [InlineData(Strategy.BlueGreen, false)]
    [InlineData(Strategy.Recreate, true)]
    public async Task An_incompatible_migration_is_refused_where_both_releases_would_serve(Strategy strategy, bool accepted)
    {
        var stage = await Released(Shop);
        var answer = await stage.Ask(engine => engine.Deploy(Scenes.Deploy(Shop with { Rollout = Scenes.Plan(strategy) }, "2") with { Incompatible = true }, default));
        Assert.Equal(accepted ? null : "SLIP476", Refusal(answer));
        if (accepted)
            await stage.Until(one => one.State.Active is { Waiting: WaitCause.Migration });
    }

    private static string? Refusal(CommandAnswer answer) => (answer as CommandAnswer.Refused)?.Code;

    private static async Task<Stage> Released(Application application)
    {
        var stage = await Stage.Open();
        await stage.Deploy(application, "1");
        await stage.UntilOver();
        Assert.True(stage.View().Outcome == "promoted", stage.Tell());
        return stage;
    }
}
