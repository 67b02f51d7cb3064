using System.Net;
using System.Net.Sockets;

namespace Slipway.EndToEnd.Tests;

public sealed class BadServiceTests
{
    private const string One = """
        app: stage
        services:
          web:
            inputs: [slipway.yaml]
            BUILD
            run: RUN
            port: 8080
            health: { path: /health, period: 100ms }
            ready: { path: /ready, period: 100ms }
            route: /
            stop: 1s
        settings:
          FIXTURE_LISTEN: { type: string, doc: When it listens. }
          FIXTURE_EXIT: { type: string, doc: When and how it ends. }
          FIXTURE_HEALTH: { type: string, doc: How its health looks. }
          FIXTURE_READY: { type: string, doc: How its readiness looks. }
          FIXTURE_IGNORE_TERM: { type: string, doc: Whether it ignores SIGTERM. }
        rollout: { strategy: blue-green, bake: 500ms, start: 4s }
        gates: { inconclusive: { after: 0s, then: proceed } }
        guard: 0s
        environments:
          staging: {}
        """;

    [Theory]
    [InlineData("FIXTURE_EXIT", "7", "7")]
    [InlineData("FIXTURE_LISTEN", "never", "web")]
    [InlineData("FIXTURE_HEALTH", "fail", "web")]
    [InlineData("FIXTURE_READY", "fail", "web")]
    public async Task A_candidate_that_is_never_well_ends_the_rollout_and_the_old_release_stays(string fault, string value, string told)
    {
        await using var stage = await StageWithLive();
        var ran = (await stage.Slipway(["deploy", "staging", "--version", "2"], new() { [fault] = value })).ShouldExit(1);
        Assert.Contains(told, ran.All);
        Assert.Equal("1", await stage.LiveVersion("staging"));
        await Stage.Until(async () => (await stage.Status("staging")).GetProperty("instances").GetArrayLength() == 1, "the candidate is gone");
    }

    [Fact]
    public async Task A_candidate_that_listens_late_is_waited_for()
    {
        await using var stage = await StageWithLive();
        (await stage.Slipway(["deploy", "staging", "--version", "2"], new() { ["FIXTURE_LISTEN"] = "1500" })).ShouldExit(0);
        Assert.Equal("2", await stage.LiveVersion("staging"));
    }

    [Fact]
    public async Task A_service_that_ignores_SIGTERM_is_killed_after_its_grace()
    {
        await using var stage = await StageWithLive(new() { ["FIXTURE_IGNORE_TERM"] = "1" });
        (await stage.Slipway(["down", "-e", "staging"])).ShouldExit(0);
        await Stage.Until(() => Task.FromResult(stage.Survivors().All(id => id == stage.ControlPlaneId)), "only the control plane is left");
    }

    [Fact]
    public async Task A_command_that_is_missing_is_named()
    {
        await using var stage = await StageWithLive();
        stage.Write(One.Replace("BUILD", "").Replace("RUN", "./no-such-program"));
        var ran = (await stage.Slipway(["deploy", "staging", "--version", "2"])).ShouldExit(1);
        Assert.Contains("no-such-program", ran.All);
        Assert.Equal("1", await stage.LiveVersion("staging"));
    }

    [Fact]
    public async Task A_build_that_fails_ends_the_rollout_with_its_last_lines()
    {
        await using var stage = await StageWithLive();
        stage.Write(One.Replace("BUILD", "build: [sh, -c, \"echo the compiler is unhappy; exit 4\"]").Replace("RUN", "$FIXTURE"));
        var ran = (await stage.Slipway(["deploy", "staging", "--version", "2"])).ShouldExit(1);
        Assert.Contains("the compiler is unhappy", ran.All);
        Assert.Equal("1", await stage.LiveVersion("staging"));
    }

    [Fact]
    public async Task A_port_in_use_is_named_before_anything_is_live()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using var stage = new Stage();
        stage.Write($"gateway: 127.0.0.1:{port}\n" + One.Replace("BUILD", "").Replace("RUN", "$FIXTURE"));
        await stage.StartControlPlane();
        var ran = await stage.Slipway(["deploy", "staging", "--version", "1"]);
        Assert.True(ran.ExitCode is 1 or 3, ran.All);
        Assert.Contains($"{port}", ran.All);
    }

    private static async Task<Stage> StageWithLive(Dictionary<string, string>? variables = null)
    {
        var stage = new Stage();
        stage.Write(One.Replace("BUILD", "").Replace("RUN", "$FIXTURE"));
        await stage.StartControlPlane();
        (await stage.Slipway(["deploy", "staging", "--version", "1"], variables)).ShouldExit(0);
        return stage;
    }
}
