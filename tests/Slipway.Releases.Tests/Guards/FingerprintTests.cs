using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Releases.Drift;
using Slipway.Releases.Ports;
using Slipway.Releases.Tests.Rollouts;
using Slipway.Simulation;

namespace Slipway.Releases.Tests.Guards;

public sealed class FingerprintTests
{
    private static readonly ImmutableArray<byte> Key = Fingerprint.NewKey();

    private static readonly Application Shop = Scenes.Application(
        Scenes.Canary(50, 100), Scenes.Service("api"), Scenes.Service("worker", ServiceKind.Worker), Scenes.Service("clock", ServiceKind.Scheduler, replicas: 1, overlap: false));

    [Fact]
    public async Task What_runs_after_an_undoing_is_what_ran_before()
    {
        var stage = await FailureTests.Released(Shop);
        var before = (await stage.Drift())!.Fingerprint!;
        stage.World.Behaviours["2"] = new() { ErrorRatio = 1 };
        await stage.Deploy(Shop with { Services = [.. Shop.Services.Where(one => one.Name.ToString() != "worker"), Scenes.Service("web", ServiceKind.Web)] }, "2");
        await stage.UntilOver();
        await stage.Play(TimeSpan.FromSeconds(5));
        Assert.Equal("rolled-back", stage.View().Outcome);
        Assert.Equal(before.Parts, (await stage.Drift())!.Fingerprint!.Parts);
        Assert.Equal(before.Whole, (await stage.Drift())!.Fingerprint!.Whole);
    }

    [Fact]
    public async Task A_rollback_to_a_cold_release_restores_everything()
    {
        var stage = await FailureTests.Released(Shop);
        var before = (await stage.Drift())!.Fingerprint!;
        await stage.Deploy(Shop with { Services = [Scenes.Service("api", replicas: 3)] }, "2");
        await stage.UntilOver();
        await stage.Play(TimeSpan.FromSeconds(5));
        Assert.NotEqual(before.Whole, (await stage.Drift())!.Fingerprint!.Whole);
        await stage.Ask(engine => engine.Rollback(Scenes.Environment, null, new("ada", "cli"), null, default));
        Assert.Empty(await stage.Rest());
        Assert.Equal(before.Whole, (await stage.Drift())!.Fingerprint!.Whole);
    }

    [Fact]
    public async Task Whatever_somebody_changes_shows_in_it()
    {
        var stage = await FailureTests.Released(Shop);
        var before = (await stage.Drift())!.Fingerprint!;
        stage.World.Instances[0].Variables = stage.World.Instances[0].Variables.SetItem("DB__PASSWORD", "another");
        var after = (await stage.Drift())!.Fingerprint!;
        Assert.NotEqual(before.Whole, after.Whole);
        Assert.Single(before.Parts, part => after.Parts[part.Key] != part.Value);
        stage.World.Tamper(table => table with { Services = [.. table.Services.Skip(1)] });
        Assert.NotEqual(after.Parts["routes"], (await stage.Drift())!.Fingerprint!.Parts["routes"]);
    }

    [Fact]
    public void Names_and_ports_of_instances_do_not_count_and_another_key_gives_another_number()
    {
        var one = Look(("api-raaaaaaaaaaaa-1", "5001"));
        var other = Look(("api-raaaaaaaaaaaa-7", "5009"));
        var none = new TrafficInspection(null, null, null, null);
        Assert.Equal(Fingerprint.Of(one, none, Key).Whole, Fingerprint.Of(other, none, Key).Whole);
        Assert.NotEqual(Fingerprint.Of(one, none, Key).Whole, Fingerprint.Of(one, none, Fingerprint.NewKey()).Whole);
        Assert.NotEqual(Fingerprint.Of(one, none, Key).Whole, Fingerprint.Of(Look(("api-raaaaaaaaaaaa-1", "5001"), ("api-raaaaaaaaaaaa-2", "5002")), none, Key).Whole);
    }

    private static TargetInspection Look(params (string Id, string Port)[] instances) => new(
        [.. instances.Select(one => new InspectedInstance
        {
            Id = InstanceId.TryParse(one.Id, out var id) ? id : throw new InvalidOperationException(),
            Workload = new(ReleaseId.TryParse("aaaaaaaaaaaa", out var release) ? release : default, Scenes.Name<ServiceName>("api")),
            Variables = ImmutableDictionary<string, string>.Empty.Add("PORT", one.Port).Add("SLIPWAY_FENCE", one.Port).Add("A", "1"),
        })],
        []);
}
