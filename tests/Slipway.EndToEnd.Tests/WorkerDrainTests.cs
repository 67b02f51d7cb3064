namespace Slipway.EndToEnd.Tests;

public sealed class WorkerDrainTests
{
    private const string Manifest = """
        app: shop
        services:
          worker:
            kind: worker
            inputs: [slipway.yaml]
            run: $FIXTURE
            replicas: 2
            stop: 3s
        settings:
          FIXTURE_IGNORE_TERM: { type: string, doc: Does not end when asked. }
        rollout: { strategy: blue-green, bake: 0s }
        gates: { inconclusive: { after: 0s, then: proceed } }
        guard: 0s
        environments: { staging: {} }
        """;

    [Fact]
    public async Task A_worker_that_is_killed_in_its_drain_is_told_also_when_the_control_plane_died_meanwhile()
    {
        await using var stage = new Stage();
        stage.Write(Manifest);
        await stage.StartControlPlane();
        (await stage.Slipway(["deploy", "staging", "--version", "1", "--wait", "settled"], new() { ["FIXTURE_IGNORE_TERM"] = "1" })).ShouldExit(0);
        (await stage.Slipway(["deploy", "staging", "--version", "2", "--wait", "settled"])).ShouldExit(0);
        Assert.Contains("is killed at", (await stage.Slipway(["status", "-e", "staging"])).ShouldExit(0).All, StringComparison.Ordinal);

        await stage.KillControlPlane();
        await stage.StartControlPlane();

        await Stage.Until(async () => (await stage.Status("staging")).GetProperty("instances").GetArrayLength() == 2, "the old ones have gone");
        await Stage.Until(async () => Told(await stage.Slipway(["show", "staging-2"])) == 2, "both are told to have been killed");
        var outputs = Directory.EnumerateFiles(Path.Combine(stage.Home, "environments", "staging", "instances"), "stdout.log", SearchOption.AllDirectories)
            .Select(file => File.ReadAllText(file)).ToList();
        Assert.All(outputs, output => Assert.True(output.Split("ignoring SIGTERM").Length <= 2, "It was asked twice."));
        (await stage.Slipway(["audit", "verify"])).ShouldExit(0);
    }

    private static int Told(Ran shown) => shown.ShouldExit(0).All.Split("killed with work under way").Length - 1;
}
