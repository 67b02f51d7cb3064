using System.Net;
using System.Net.Http.Json;
using Slipway.Core.Api;
using Slipway.Releases.Ports;

namespace Slipway.ControlPlane.Tests;

/// <summary>Looks for drift, through HTTP.</summary>
public sealed class DriftApiTests
{
    private const string Manifest = "app: shop\nversion: 1.0.0\nguard: 0s\nrollout: { strategy: blue-green, bake: 0s }\nservices:\n  worker: { build: make one, run: ./worker }\n";
    private const string Path = "/v1/environments/local/drift";

    [Fact]
    public async Task A_change_from_outside_is_found_shown_in_the_status_and_brought_back()
    {
        await using var running = await RunningControlPlane.Start();
        await running.DeployToTheEnd(Manifest);
        Assert.Empty((await Look(running, new())).Changed);
        running.World.Deviations.Add(new(DriftAspect.Limits, null, null, "memory limit", "256 MiB", "1 GiB", DriftRemedy.Mend));
        var found = Assert.Single((await Look(running, new())).Changed);
        Assert.Equal(("limits", "memory limit", "Bring it back with: slipway drift local --fix"), (found.Aspect, found.Subject, found.Remedy));
        var status = await running.Get("/v1/environments/local", ApiJson.Default.EnvironmentView);
        Assert.Equal("memory limit", Assert.Single(status.Drift).Subject);
        Assert.Contains(status.Troubles, trouble => trouble.Contains("slipway drift local", StringComparison.Ordinal));
        var view = await Look(running, new() { Fix = true });
        Assert.Empty(view.Changed);
        Assert.Single(view.Fixed);
        Assert.Empty((await running.Get("/v1/environments/local", ApiJson.Default.EnvironmentView)).Drift);
    }

    [Fact]
    public async Task What_the_manifest_says_now_is_compared_and_its_faults_do_not_hide_what_runs()
    {
        await using var running = await RunningControlPlane.Start();
        await running.DeployToTheEnd(Manifest);
        running.World.Deviations.Add(new(DriftAspect.Limits, null, null, "memory limit", "256 MiB", "1 GiB", DriftRemedy.Mend));
        var view = await Look(running, new() { ManifestPath = running.Folder.Write("slipway.yaml", Manifest.Replace("make one", "make two", StringComparison.Ordinal)) });
        Assert.Contains(view.Unreleased, one => one is { Aspect: "artefacts", Remedy: "Release it with: slipway deploy local" });
        Assert.Single(view.Changed);
        view = await Look(running, new() { ManifestPath = running.Folder.Write("slipway.yaml", "app: shop\nservices: { worker: { run: 1 } }\nnonsense: true\n") });
        Assert.Empty(view.Unreleased);
        Assert.NotEmpty(view.Untold);
        Assert.Single(view.Changed);
    }

    [Fact]
    public async Task Where_nothing_was_ever_deployed_nothing_is_compared()
    {
        await using var running = await RunningControlPlane.Start();
        using var answer = await running.Client.PostAsJsonAsync(Path, new DriftRequest(), ApiJson.Default.DriftRequest);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    private static async Task<DriftView> Look(RunningControlPlane running, DriftRequest request)
    {
        using var answer = await running.Client.PostAsJsonAsync(Path, request, ApiJson.Default.DriftRequest);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync(ApiJson.Default.DriftView))!;
    }
}
