using System.Net;
using System.Net.Http.Json;
using Slipway.Core.Api;

namespace Slipway.ControlPlane.Tests;

/// <summary>Rotations through HTTP, with a world in which everything works at once.</summary>
public sealed class RotationApiTests
{
    private const string Manifest =
        """
        app: shop
        guard: 0s
        rollout: { strategy: blue-green, bake: 0s }
        services: { worker: { build: make one, run: ./worker } }
        settings:
          WORKER__KEY: { secret: true, store: home, rotation: { kind: value, overlap: OVERLAP } }
          WORKER__TOKEN: { secret: true, store: home, rotation: { kind: token, create: ./tokens create, revoke: ./tokens revoke } }
          WORKER__PINNED: { secret: true, rotation: value }
          WORKER__GIVEN: { secret: true, rotation: value }
          WORKER__PLAIN: { secret: true, store: home }
        environments: { local: { settings: { WORKER__PINNED: "secret://home/WORKER__PINNED#1" } } }
        """;

    private const string Rotations = "/v1/environments/local/rotations";

    [Fact]
    public async Task A_rotation_is_followed_to_its_outcome_and_shown_afterwards()
    {
        await using var running = await Deployed("0s");
        using var asked = await Rotate(running, "WORKER__KEY");
        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        var begun = (await asked.Content.ReadFromJsonAsync(ApiJson.Default.RotateAnswer))!.Rotation;
        var states = await running.Follow($"{Rotations}/{begun.Id}/follow", ApiJson.Default.RotationView).Select(one => one.Value).ToListAsync();
        Assert.All(states[..^1], state => Assert.Null(state.Outcome));
        Assert.Equal(("done", "done", true), (states[^1].Outcome, states[^1].Phase, states[^1].Switched));
        Assert.Equal("secret://home/local/WORKER__KEY#2", states[^1].New);
        Assert.Contains(running.World.Retired.Keys, version => version.ToString() == states[^1].Old);
        Assert.Equal(begun.Id, Assert.Single(await running.Get(Rotations, ApiJson.Default.IReadOnlyListRotationView)).Id);
        Assert.Equal(begun.Id, (await running.Get($"{Rotations}/{begun.Id}", ApiJson.Default.RotationView)).Id);
        var environment = await running.Get("/v1/environments/local", ApiJson.Default.EnvironmentView);
        Assert.Empty(environment.Rotations);
        Assert.Equal("secret://home/local/WORKER__KEY#2", environment.Live!.Services[0].Secrets["WORKER__KEY"]);
    }

    [Fact]
    public async Task One_in_its_overlap_is_shown_cannot_be_aborted_any_more_and_can_be_hurried()
    {
        await using var running = await Deployed("30d");
        using var asked = await Rotate(running, "WORKER__KEY");
        var id = (await asked.Content.ReadFromJsonAsync(ApiJson.Default.RotateAnswer))!.Rotation.Id;
        await Eventually.Is(async () => (await running.Get($"{Rotations}/{id}", ApiJson.Default.RotationView)).Phase == "overlapping", "the switch");
        var shown = Assert.Single((await running.Get("/v1/environments/local", ApiJson.Default.EnvironmentView)).Rotations);
        Assert.True(shown.Switched && shown.OverlapUntil > DateTimeOffset.UtcNow.AddDays(29));
        using var aborted = await running.Client.PostAsJsonAsync($"{Rotations}/{id}/abort", new SteerRequest(null), ApiJson.Default.SteerRequest);
        Assert.Equal("SLIP469", await Code(aborted, HttpStatusCode.Conflict));
        using var hurried = await Rotate(running, "WORKER__KEY", now: true);
        Assert.Equal(id, (await hurried.Content.ReadFromJsonAsync(ApiJson.Default.RotateAnswer))!.Rotation.Id);
        await Eventually.Is(async () => (await running.Get($"{Rotations}/{id}", ApiJson.Default.RotationView)).Outcome == "done", "its end");
    }

    [Theory]
    [InlineData("WORKER__KYE", 422, "SLIP461")]
    [InlineData("WORKER__PLAIN", 422, "SLIP462")]
    [InlineData("WORKER__PINNED", 422, "SLIP464")]
    [InlineData("WORKER__GIVEN", 422, "SLIP464")]
    [InlineData("WORKER__TOKEN", 422, "SLIP464")]
    public async Task What_cannot_be_rotated_is_refused_with_its_reason(string setting, int status, string code)
    {
        await using var running = await Deployed("0s");
        using var asked = await Rotate(running, setting);
        Assert.Equal(code, await Code(asked, (HttpStatusCode)status));
    }

    [Fact]
    public async Task Where_nothing_is_live_nothing_is_rotated()
    {
        await using var running = await RunningControlPlane.Start();
        using var asked = await Rotate(running, "WORKER__KEY");
        Assert.Equal("SLIP463", await Code(asked, HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task A_version_that_was_set_and_not_released_is_released_first()
    {
        await using var running = await Deployed("0s");
        await running.World.Keep("local/WORKER__KEY", "set-by-hand", "ada", TestContext.Current.CancellationToken);
        using var asked = await Rotate(running, "WORKER__KEY");
        Assert.Equal("SLIP466", await Code(asked, HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task What_is_not_there_is_said_so()
    {
        await using var running = await Deployed("0s");
        using var shown = await running.Client.GetAsync($"{Rotations}/local-rotation-9");
        Assert.Equal("SLIP404", await Code(shown, HttpStatusCode.NotFound));
        using var aborted = await running.Client.PostAsJsonAsync($"{Rotations}/local-rotation-9/abort", new SteerRequest(null), ApiJson.Default.SteerRequest);
        Assert.Equal("SLIP468", await Code(aborted, HttpStatusCode.NotFound));
    }

    private static async Task<RunningControlPlane> Deployed(string overlap)
    {
        var running = await RunningControlPlane.Start();
        foreach (var name in (string[])["KEY", "TOKEN", "PINNED", "PLAIN"])
            await running.World.Keep($"local/WORKER__{name}", $"first-value-of-{name}", "ada", CancellationToken.None);
        var ended = await running.DeployToTheEnd(Manifest.Replace("OVERLAP", overlap, StringComparison.Ordinal), ("WORKER__GIVEN", "given-by-variable"));
        Assert.Equal("promoted", ended.Outcome);
        return running;
    }

    private static Task<HttpResponseMessage> Rotate(RunningControlPlane running, string setting, bool now = false)
    {
        var path = running.Folder.At("slipway.yaml");
        if (!File.Exists(path))
            running.Folder.Write("slipway.yaml", Manifest.Replace("OVERLAP", "0s", StringComparison.Ordinal));
        return running.Client.PostAsJsonAsync(Rotations, new RotateRequest { ManifestPath = path, Setting = setting, Now = now }, ApiJson.Default.RotateRequest);
    }

    private static async Task<string> Code(HttpResponseMessage answer, HttpStatusCode status)
    {
        Assert.True(answer.StatusCode == status, $"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        return (await answer.Content.ReadFromJsonAsync(ApiJson.Default.Problem))!.Code;
    }
}
