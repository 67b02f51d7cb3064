namespace Slipway.EndToEnd.Tests;

public sealed class BadManifestTests
{
    [Fact]
    public async Task An_unknown_need_is_told_with_its_place_and_the_nearest_name()
    {
        await using var stage = new Stage();
        stage.Write("""
            app: shop
            services:
              worker: { run: ./worker, needs: [ap] }
              api: { run: ./api, port: 5000 }
            """);
        var ran = (await stage.Slipway(["check"])).ShouldExit(2);
        Assert.Contains("slipway.yaml:3:", ran.All);
        Assert.Contains("error SLIP", ran.All);
        Assert.Contains("api", ran.All);
    }

    [Fact]
    public async Task A_circle_of_needs_is_told_with_its_members()
    {
        await using var stage = new Stage();
        stage.Write("""
            app: shop
            services:
              worker: { run: ./worker, needs: [api] }
              api: { run: ./api, port: 5000, needs: [scheduler] }
              scheduler: { run: ./scheduler, needs: [worker] }
            """);
        var ran = (await stage.Slipway(["check"])).ShouldExit(2);
        Assert.All(["worker", "api", "scheduler"], name => Assert.Contains(name, ran.All));
    }

    [Fact]
    public async Task Every_fault_is_told_at_once()
    {
        await using var stage = new Stage();
        stage.Write("""
            app: Shop!
            servces: {}
            services:
              api: { run: ./api, port: 700000, replicas: many, health: /health }
            guard: soon
            """);
        var ran = (await stage.Slipway(["check"])).ShouldExit(2);
        Assert.True(ran.All.Split('\n').Count(line => line.Contains(": error SLIP")) >= 5, ran.All);
    }

    [Fact]
    public async Task A_missing_manifest_is_told_with_what_to_do()
    {
        await using var stage = new Stage();
        var ran = (await stage.Slipway(["check"])).ShouldExit(2);
        Assert.Contains("slipway.yaml", ran.All);
    }

    [Fact]
    public async Task A_verb_that_needs_the_control_plane_says_that_none_runs()
    {
        await using var stage = new Stage();
        stage.Write(Manifests.Canary);
        var ran = (await stage.Slipway(["status"])).ShouldExit(3);
        Assert.Contains("slipway up", ran.All);
    }
}
