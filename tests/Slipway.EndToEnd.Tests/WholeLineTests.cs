using System.Text.Json;

namespace Slipway.EndToEnd.Tests;

public sealed class WholeLineTests
{
    [Fact]
    public async Task A_good_release_is_promoted_and_a_bad_one_is_taken_back()
    {
        await using var stage = new Stage();
        stage.Write(Manifests.Canary);
        await stage.StartControlPlane();
        (await stage.Slipway(["deploy", "staging", "--version", "1"])).ShouldExit(0);
        await using var traffic = await Traffic.Start(stage, "staging");

        (await stage.Slipway(["deploy", "staging", "--version", "2"])).ShouldExit(0);
        Assert.Equal("2", await traffic.Version());
        Assert.Empty(traffic.Failures);

        var bad = (await stage.Slipway(["deploy", "staging", "--version", "3"], new() { ["FIXTURE_ERRORS"] = "1" })).ShouldExit(1);
        Assert.Contains("rolled back", bad.All, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("2", await traffic.Version());
        Assert.All(traffic.Failures, failure => Assert.Equal("500", failure));
        Assert.Contains("rolled", (await stage.Slipway(["history", "-e", "staging"])).ShouldExit(0).All);
        (await stage.Slipway(["audit", "verify"])).ShouldExit(0);
    }

    [Fact]
    public async Task What_the_manifest_puts_before_a_route_stands_there()
    {
        await using var stage = new Stage();
        stage.Write(Manifests.Canary.Replace(
            "route: /", "route: { path: /, limit: { requests: 3, per: 1h }, validate: block, headers: secure }", StringComparison.Ordinal));
        await stage.StartControlPlane();
        (await stage.Slipway(["deploy", "staging", "--version", "1"])).ShouldExit(0);
        Assert.Contains("limit 3 in 1h 00m, validation blocks, headers", (await stage.Slipway(["gateway", "routes"])).ShouldExit(0).All, StringComparison.Ordinal);
        var address = (await stage.Status("staging")).GetProperty("address").GetString()!;
        using var client = new HttpClient { BaseAddress = new(address) };
        using var attack = await client.GetAsync(new Uri("/version?id=1%27%20or%20%271%27=%271", UriKind.Relative));
        Assert.Equal(403, (int)attack.StatusCode);
        using var good = await client.GetAsync(new Uri("/version", UriKind.Relative));
        Assert.Equal((200, "nosniff"), ((int)good.StatusCode, good.Headers.GetValues("X-Content-Type-Options").Single()));
        using var last = await client.GetAsync(new Uri("/version", UriKind.Relative));
        using var beyond = await client.GetAsync(new Uri("/version", UriKind.Relative));
        Assert.Equal((200, 429), ((int)last.StatusCode, (int)beyond.StatusCode));
        Assert.NotNull(beyond.Headers.RetryAfter);
    }

    [Fact]
    public async Task Whoever_was_given_a_key_may_ask_until_it_is_taken_back()
    {
        await using var stage = new Stage();
        var file = Path.Combine(stage.Folder, "callers");
        using var made = JsonDocument.Parse((await stage.Slipway(["gateway", "key", "billing", "--role", "read", "--file", file, "--json"])).ShouldExit(0).Output);
        var key = made.RootElement.GetProperty("key").GetString()!;
        Assert.DoesNotContain(key, await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        stage.Write(Manifests.Canary.Replace("route: /", $"load: 5\n    route: {{ path: /, auth: {{ by: key, keys: {file}, roles: [read] }} }}", StringComparison.Ordinal));
        await stage.StartControlPlane();
        (await stage.Slipway(["deploy", "staging", "--version", "1"])).ShouldExit(0);
        Assert.Contains("callers by key", (await stage.Slipway(["gateway", "routes"])).ShouldExit(0).All, StringComparison.Ordinal);
        using var client = new HttpClient { BaseAddress = new((await stage.Status("staging")).GetProperty("address").GetString()!) };
        Assert.Equal(401, await Ask("none"));
        Assert.Equal(200, await Ask(key));
        Assert.Contains("1 key of billing", (await stage.Slipway(["gateway", "key", "billing", "--revoke", "--file", file])).ShouldExit(0).All, StringComparison.Ordinal);
        (await stage.Slipway(["gateway", "key", "billing", "--revoke", "--file", file])).ShouldExit(1);
        (await stage.Slipway(["gateway", "key", "a:b"])).ShouldExit(2);
        await Stage.Until(async () => await Ask(key) == 401, "the key is known no more");

        async Task<int> Ask(string proof)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/version", UriKind.Relative));
            request.Headers.Add("X-Api-Key", proof);
            using var answer = await client.SendAsync(request);
            return (int)answer.StatusCode;
        }
    }

    [Fact]
    public async Task The_gateway_shows_its_routes_counts_and_connections_even_without_a_control_plane()
    {
        await using var stage = new Stage();
        stage.Write(Manifests.Canary);
        await stage.StartControlPlane();
        (await stage.Slipway(["deploy", "staging", "--version", "1"])).ShouldExit(0);
        await using (var traffic = await Traffic.Start(stage, "staging"))
            await Stage.Until(async () => await traffic.Version() == "1", "a request is answered");
        await stage.StopControlPlane();
        Assert.Contains("100%", (await stage.Slipway(["gateway", "routes"])).ShouldExit(0).All, StringComparison.Ordinal);
        Assert.Contains(" ms", (await stage.Slipway(["gateway", "stats", "-e", "staging"])).ShouldExit(0).All, StringComparison.Ordinal);
        Assert.Contains("in use", (await stage.Slipway(["gateway", "connections"])).ShouldExit(0).All, StringComparison.Ordinal);
        Assert.Contains("draining", (await stage.Slipway(["gateway", "drain", "--json"])).ShouldExit(0).All, StringComparison.Ordinal);
        Assert.Contains("serving", (await stage.Slipway(["gateway", "drain", "--end", "--json"])).ShouldExit(0).All, StringComparison.Ordinal);
        Assert.Contains("No gateway runs in production", (await stage.Slipway(["gateway", "routes", "-e", "production"])).ShouldExit(1).All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Down_leaves_nothing_behind()
    {
        await using var stage = new Stage();
        stage.Write(Manifests.Canary);
        (await stage.Slipway(["up"])).ShouldExit(0);
        Assert.NotEmpty(stage.Survivors());
        (await stage.Slipway(["down"])).ShouldExit(0);
        await Stage.Until(() => Task.FromResult(stage.Survivors().Count == 0), "every process has ended");
    }

    [Fact]
    public async Task Deploying_what_is_live_changes_nothing_and_says_so()
    {
        await using var stage = new Stage();
        stage.Write(Manifests.Canary);
        await stage.StartControlPlane();
        (await stage.Slipway(["deploy", "staging", "--version", "1", "--wait", "settled"])).ShouldExit(0);
        var again = (await stage.Slipway(["deploy", "staging", "--version", "1"])).ShouldExit(0);
        Assert.Contains("is live already", again.All);
    }

    [Fact]
    public async Task A_second_deploy_is_refused_by_name_and_waits_in_line_when_asked()
    {
        await using var stage = new Stage();
        stage.Write(Manifests.Canary.Replace("bake: 1s", "bake: 3s"));
        await stage.StartControlPlane();
        (await stage.Slipway(["deploy", "staging", "--version", "1", "--wait", "settled"])).ShouldExit(0);
        using var first = stage.StartSlipway(["deploy", "staging", "--version", "2"]);
        await Stage.Until(async () => (await stage.Status("staging")).TryGetProperty("rollout", out _), "the first rollout has begun");
        var second = (await stage.Slipway(["deploy", "staging", "--version", "3"])).ShouldExit(1);
        Assert.Contains("staging-2", second.All);
        (await stage.Slipway(["deploy", "staging", "--version", "3", "--queue", "--wait", "none"])).ShouldExit(0);
        (await Stage.Finish(first)).ShouldExit(0);
        await Stage.Until(async () => await stage.LiveVersion("staging") == "3", "the queued rollout is live");
    }

    [Fact]
    public async Task Interrupting_the_client_does_not_interrupt_the_rollout()
    {
        await using var stage = new Stage();
        stage.Write(Manifests.Canary);
        await stage.StartControlPlane();
        (await stage.Slipway(["deploy", "staging", "--version", "1"])).ShouldExit(0);
        using var client = stage.StartSlipway(["deploy", "staging", "--version", "2"]);
        await Stage.Until(async () => (await stage.Status("staging")).GetProperty("state").GetString() == "rolling-out", "the rollout is under way");
        client.Kill();
        await Stage.Until(async () => await stage.LiveVersion("staging") == "2", "the rollout has ended by itself");
    }

    [Theory]
    [InlineData("starting")]
    [InlineData("baking")]
    public async Task A_killed_control_plane_adopts_everything_and_ends_the_rollout(string phase)
    {
        await using var stage = new Stage();
        stage.Write(Manifests.Canary);
        await stage.StartControlPlane();
        (await stage.Slipway(["deploy", "staging", "--version", "1"])).ShouldExit(0);
        await using var traffic = await Traffic.Start(stage, "staging");
        using var client = stage.StartSlipway(["deploy", "staging", "--version", "2"]);
        await Stage.Until(
            async () => (await stage.Status("staging")).TryGetProperty("rollout", out var rollout) && rollout.GetProperty("phase").GetString() is { } now && (now == phase || now == "baking"),
            $"the rollout is {phase}");
        await stage.KillControlPlane();
        await stage.StartControlPlane();
        (await Stage.Finish(client)).ShouldExit(0);
        Assert.Equal("2", await stage.LiveVersion("staging"));
        Assert.Empty(traffic.Failures);
        await Stage.Until(
            async () => (await stage.Status("staging")).GetProperty("instances").GetArrayLength() == 2, "only the new release's instances are left");
        (await stage.Slipway(["audit", "verify"])).ShouldExit(0);
    }

    [Fact]
    public async Task Rollback_restores_the_release_before()
    {
        await using var stage = new Stage();
        stage.Write(Manifests.Canary.Replace("guard: 2s", "guard: 60s"));
        await stage.StartControlPlane();
        (await stage.Slipway(["deploy", "staging", "--version", "1"])).ShouldExit(0);
        var before = (await stage.Status("staging")).GetProperty("live").GetProperty("id").GetString();
        (await stage.Slipway(["deploy", "staging", "--version", "2"])).ShouldExit(0);
        (await stage.Slipway(["rollback", "-e", "staging"])).ShouldExit(0);
        Assert.Equal(before, (await stage.Status("staging")).GetProperty("live").GetProperty("id").GetString());
    }

    [Fact]
    public async Task An_approval_is_waited_for_and_can_be_given()
    {
        await using var stage = new Stage();
        stage.Write(Manifests.Canary.Replace("bake: 1s", "bake: 200ms, approval: true"));
        await stage.StartControlPlane();
        (await stage.Slipway(["deploy", "staging", "--version", "1"])).ShouldExit(0);
        await using var traffic = await Traffic.Start(stage, "staging");
        using var client = stage.StartSlipway(["deploy", "staging", "--version", "2"]);
        await Stage.Until(
            async () => (await stage.Status("staging")).TryGetProperty("rollout", out var rollout) && rollout.GetProperty("phase").GetString() == "waiting",
            "it waits for a person");
        (await stage.Slipway(["approve", "-e", "staging"])).ShouldExit(0);
        (await Stage.Finish(client)).ShouldExit(0);
    }
}
