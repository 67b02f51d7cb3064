using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Releases.Drift;
using Slipway.Releases.Journals;
using Slipway.Releases.Ports;
using Slipway.Simulation;

namespace Slipway.Releases.Tests.Drift;

public sealed class DriftTests
{
    private static readonly Application Shop = Scenes.Application(
        Scenes.Plan(Strategy.BlueGreen), Scenes.Service("api"), Scenes.Service("worker", ServiceKind.Worker), Scenes.Service("clock", ServiceKind.Scheduler, replicas: 1, overlap: false));

    [Fact]
    public async Task Nothing_is_found_where_everything_runs_as_released()
    {
        var stage = await Live();
        var report = await stage.Drift(Scenes.Deploy(Shop, "1") with { Version = "2" });
        Assert.NotNull(report);
        Assert.Empty(report.Changed);
        Assert.Empty(report.Unreleased);
        Assert.DoesNotContain(stage.Journal.Records(0), record => record.Event is DriftFound);
    }

    [Fact]
    public async Task A_changed_variable_is_found_with_who_declared_it_and_no_secret_is_told()
    {
        var stage = await Live();
        var instance = stage.World.Instances.First(one => one.Service.Name.ToString() == "api");
        instance.Variables = instance.Variables.SetItem("APP_VERSION", "hunter2-hunter2!").Remove("DB__PASSWORD");
        var found = (await stage.Drift())!.Changed;
        var version = Assert.Single(found, one => one.Deviation.Subject == "APP_VERSION");
        Assert.Equal(("1", "***!"), (version.Deviation.Declared, version.Deviation.Running));
        Assert.Equal(("ada", "staging-1"), (version.Origin!.Actor, version.Origin.By));
        var secret = Assert.Single(found, one => one.Deviation.Aspect == DriftAspect.Secrets);
        Assert.Equal(("secret://home/staging/DB__PASSWORD#1", "missing"), (secret.Deviation.Declared, secret.Deviation.Running));
        Assert.Equal(2, found.Length);
    }

    [Fact]
    public async Task A_password_in_a_setting_that_is_no_secret_is_not_told_either()
    {
        var stage = await Stage.Open();
        await stage.Deploy(Shop, "1", Scenes.Name<ServiceName>("api"), "API__DB", "Host=db;Username=shop;Password=opensesame");
        await stage.UntilOver();
        await stage.Play(TimeSpan.FromSeconds(3));
        var instance = stage.World.Instances.First(one => one.Service.Name.ToString() == "api");
        instance.Variables = instance.Variables.SetItem("API__DB", "postgres://shop:opensesame@elsewhere/shop");
        var found = Assert.Single((await stage.Drift())!.Changed).Deviation;
        Assert.Equal(("********", "********"), (found.Declared, found.Running));
        Assert.DoesNotContain("opensesame", string.Join('\n', Told(stage)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_terminal_would_obey_is_not_told()
    {
        var stage = await Live();
        stage.World.Deviations.Add(new(DriftAspect.Artefacts, null, null, "file \u001b[2Jgone\n", "none", "there", DriftRemedy.Rebuild));
        Assert.Equal("file  [2Jgone ", Assert.Single((await stage.Drift())!.Changed).Deviation.Subject);
    }

    [Fact]
    public async Task What_a_target_says_of_an_instance_itself_is_not_compared()
    {
        var stage = await Live();
        var instance = stage.World.Instances[0];
        instance.Variables = instance.Variables.SetItem("PORT", "1").SetItem("HOST", "::").SetItem("SLIPWAY_WORK", "/tmp").SetItem("EXTRA", "of a start script");
        Assert.Empty((await stage.Drift())!.Changed);
    }

    [Fact]
    public async Task Drift_is_journaled_when_it_changes_and_not_at_every_look()
    {
        var stage = await Live();
        var limit = new Deviation(DriftAspect.Limits, Scenes.Name<ServiceName>("api"), null, "memory limit", "256 MiB", "1 GiB", DriftRemedy.Mend);
        stage.World.Deviations.Add(limit);
        await stage.Drift();
        await stage.Drift();
        Assert.Single(Told(stage));
        stage.World.Deviations.Clear();
        await stage.Drift();
        Assert.Equal(["1 thing is other than declared: api: memory limit is 1 GiB, declared is 256 MiB.", "Everything is as declared again."], Told(stage));
    }

    [Fact]
    public async Task The_control_plane_looks_by_itself_every_30_seconds()
    {
        var stage = await Live();
        using var end = new CancellationTokenSource();
        var looking = stage.Engine.Runners.Single().Drift.Run(end.Token);
        stage.World.Deviations.Add(new(DriftAspect.Limits, null, null, "memory limit", "1", "2", DriftRemedy.Mend));
        await stage.Play(TimeSpan.FromSeconds(29));
        Assert.Empty(Told(stage));
        await stage.Until(one => Told(one).Any(), secondsMax: 5);
        await stage.Play(TimeSpan.FromSeconds(90));
        Assert.Single(Told(stage));
        await end.CancelAsync();
        await looking;
    }

    [Fact]
    public async Task What_is_seen_once_only_is_not_drift()
    {
        var stage = await Live();
        stage.World.Deviations.Add(new(DriftAspect.Limits, null, null, "memory limit", "1", "2", DriftRemedy.Mend));
        var looking = stage.Engine.Drift(Scenes.Environment, null, fix: false, Caller.Slipway, default);
        Assert.False(looking.IsCompleted);
        stage.World.Deviations.Clear();
        await stage.Until(_ => looking.IsCompleted);
        Assert.Empty((await looking).Report!.Changed);
    }

    [Fact]
    public async Task No_look_during_rollouts_restarts_and_rollbacks_raises_a_false_alarm()
    {
        var stage = await Live();
        var found = new List<DriftFinding>();
        await stage.Deploy(Shop, "2");
        await LookUntilOver(stage, found);
        await stage.Ask(engine => engine.Rollback(Scenes.Environment, null, new("ada", "cli"), null, default));
        await LookUntilOver(stage, found);
        Assert.Empty(found);
        Assert.Empty(await stage.Rest());
    }

    [Fact]
    public async Task A_fix_mends_rebuilds_and_replaces_without_a_lost_request_or_lost_capacity()
    {
        var stage = await Live();
        var lost = stage.World.Lost;
        var before = stage.World.Instances.Select(one => one.Id).ToHashSet();
        foreach (var instance in stage.World.Instances.Where(one => one.Ordinal == 1))
            instance.Variables = instance.Variables.SetItem("APP_VERSION", "9");
        stage.World.Deviations.Add(new(DriftAspect.Limits, null, null, "memory limit", "1", "2", DriftRemedy.Mend));
        var report = await stage.Drift(fix: true);
        Assert.Empty(report!.Changed);
        Assert.Equal(4, report.Fixed.Length);
        Assert.Equal(3, before.Except(stage.World.Instances.Select(one => one.Id)).Count() + stage.World.Instances.Count(one => one.Ordinal == 1 && before.Contains(one.Id)));
        Assert.Equal(lost, stage.World.Lost);
        Assert.Empty(await stage.Rest());
    }

    [Fact]
    public async Task A_damaged_artefact_is_built_again_and_what_ran_from_it_is_replaced()
    {
        var stage = await Live();
        var before = stage.World.Instances.Where(one => one.Service.Name.ToString() == "api").ToHashSet();
        stage.World.Deviations.Add(new(DriftAspect.Artefacts, Scenes.Name<ServiceName>("api"), null, "file Shop.Api", "as built", "changed", DriftRemedy.Rebuild));
        var report = await stage.Drift(fix: true);
        Assert.Single(report!.Fixed);
        Assert.Empty(stage.World.Instances.Intersect(before));
        Assert.Empty(await stage.Rest());
    }

    [Fact]
    public async Task A_table_that_somebody_else_has_put_is_found_and_put_back()
    {
        var stage = await Live();
        stage.World.Tamper(table => table with { Services = [.. table.Services.Select(one => one with { Releases = [one.Releases[0] with { Endpoints = [] }] })] });
        var found = Assert.Single((await stage.Drift())!.Changed);
        Assert.Equal(DriftAspect.Routes, found.Deviation.Aspect);
        Assert.Single((await stage.Drift(fix: true))!.Fixed);
        Assert.Empty(await stage.Rest());
    }

    [Fact]
    public async Task A_rollout_goes_on_though_somebody_else_has_put_a_table_with_a_higher_version()
    {
        var stage = await Live();
        stage.World.Tamper(table => table);
        await stage.Deploy(Shop, "2");
        await stage.UntilOver();
        Assert.Equal("promoted", stage.View().Outcome);
        Assert.Empty(await stage.Rest());
    }

    [Fact]
    public async Task What_a_deploy_would_change_is_told_as_not_released_and_nothing_is_kept_of_it()
    {
        var stage = await Live();
        var kept = stage.World.SecretValues.Count;
        var api = Scenes.Name<ServiceName>("api");
        var next = Scenes.Deploy(Scenes.Application(Scenes.Plan(Strategy.BlueGreen), Scenes.Service("api", replicas: 3), Scenes.Service("mail")), "2");
        next = next with
        {
            Settings = next.Settings.Add(api, ImmutableSortedDictionary<string, string>.Empty.Add("API__PAGE", "50")),
            Secrets = next.Secrets.SetItem(api, ImmutableSortedDictionary<string, string>.Empty.Add("DB__PASSWORD", "another-secret")),
        };
        var report = (await stage.Drift(next))!;
        var found = report.Unreleased.Select(one => $"{one.Deviation.Aspect} {one.Deviation.Service} {one.Deviation.Subject}: {one.Deviation.Declared} | {one.Deviation.Running}").ToList();
        Assert.Contains("Instances api replicas.min: 3 | 2", found);
        Assert.Contains("Settings api API__PAGE: 50 | nothing", found);
        Assert.Contains("Secrets api DB__PASSWORD: another value | secret://home/staging/DB__PASSWORD#1", found);
        Assert.Contains(found, one => one.StartsWith("Artefacts api artefact: ", StringComparison.Ordinal));
        Assert.Contains("Services mail service: there is one | nothing", found);
        Assert.Contains("Services worker service: nothing | runs", found);
        Assert.Empty(report.Changed);
        Assert.Equal(kept, stage.World.SecretValues.Count);
        Assert.DoesNotContain(stage.Journal.Records(0), record => record.Event is DriftFound);
    }

    [Fact]
    public async Task A_setting_is_told_with_the_rollout_that_first_gave_it_its_value()
    {
        var stage = await Stage.Open();
        foreach (var (version, page) in new[] { ("1", "10"), ("2", "50"), ("3", "50") })
        {
            await stage.Deploy(Shop, version, Scenes.Name<ServiceName>("api"), "API__PAGE", page);
            await stage.UntilOver();
        }
        await stage.Play(TimeSpan.FromSeconds(3));
        var instance = stage.World.Instances.First(one => one.Service.Name.ToString() == "api");
        instance.Variables = instance.Variables.SetItem("API__PAGE", "1");
        Assert.Equal("staging-2", Assert.Single((await stage.Drift())!.Changed).Origin!.By);
    }

    [Fact]
    public async Task A_gateway_that_does_not_answer_is_drift()
    {
        var stage = await Live();
        stage.World.GatewayAnswers = false;
        Assert.Equal("gateway", Assert.Single((await stage.Drift())!.Changed).Deviation.Subject);
    }

    [Fact]
    public async Task A_fix_gives_up_in_time_when_no_other_instance_gets_ready()
    {
        var stage = await Live();
        var drifted = stage.World.Instances.First(one => one.Service.Name.ToString() == "api");
        drifted.Variables = drifted.Variables.SetItem("APP_VERSION", "9");
        stage.World.StartTime = TimeSpan.FromHours(1);
        var report = await stage.Drift(fix: true);
        Assert.Single(report!.Changed);
        Assert.Contains(drifted, stage.World.Instances);
        Assert.Null(drifted.StopAt);
        Assert.Contains(stage.Journal.Records(0), record => record.Event is ReplacementEnded { Left.Length: 1 });
    }

    [Fact]
    public async Task A_retired_secret_version_that_runs_is_found()
    {
        var stage = await Live();
        stage.World.SecretValues.Clear();
        var found = (await stage.Drift())!.Changed;
        Assert.Equal("secret://home/staging/DB__PASSWORD#1", Assert.Single(found).Deviation.Subject);
    }

    [Fact]
    public async Task The_engine_killed_at_every_step_of_a_fix_ends_it_and_no_request_is_lost()
    {
        for (var step = 0; step < 40; step++)
        {
            var kill = step;
            var stage = await Stage.Open(seed: step, crashAfter: life => life == 1 ? kill : null);
            await stage.Deploy(Shop, "1");
            await stage.UntilOver();
            await stage.Kill();
            await stage.Until(one => one.World.Table is not null && one.State.Live is not null && one.World.Instances.All(instance => instance.Ready));
            var lost = stage.World.Lost;
            foreach (var instance in stage.World.Instances.Where(one => one.Ordinal == 1))
                instance.Variables = instance.Variables.SetItem("APP_VERSION", "9");
            while (await stage.Drift(fix: true) is null or { Changed.Length: > 0 })
                continue;
            await stage.Until(one => one.State.Condemned.IsEmpty);
            Assert.Empty(await stage.Rest());
            Assert.Equal(lost, stage.World.Lost);
            Assert.DoesNotContain(stage.World.Instances, one => one.Variables["APP_VERSION"] == "9");
        }
    }

    private static Task LookUntilOver(Stage stage, List<DriftFinding> found) => stage.Until(one =>
    {
        var report = one.Drift();
        found.AddRange(report.IsCompletedSuccessfully ? report.Result!.Changed : throw new InvalidOperationException("A look that finds nothing takes no time.", report.Exception));
        return one.State.Rollouts.All(rollout => rollout.IsOver);
    });

    private static async Task<Stage> Live()
    {
        var stage = await Stage.Open();
        await stage.Deploy(Shop, "1");
        await stage.UntilOver();
        await stage.Play(TimeSpan.FromSeconds(3));
        return stage;
    }

    private static IEnumerable<string> Told(Stage stage) => stage.Journal.Records(0).Select(record => record.Event).OfType<DriftFound>().Select(one => one.What);
}
