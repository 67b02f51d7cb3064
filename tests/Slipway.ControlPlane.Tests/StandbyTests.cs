using System.Net;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using Slipway.Core.Api;

namespace Slipway.ControlPlane.Tests;

/// <summary>Two control planes on one home, as processes: one leads, the other waits and takes over.</summary>
public sealed partial class StandbyTests : IDisposable
{
    private const string Local = "/v1/environments/local";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_standby_answers_reads_refuses_commands_and_takes_over_from_one_that_was_killed()
    {
        await using var first = await StartedControlPlane.StartReady(_folder.At("home"), "--lease", "1");
        await Deploy(first);
        await using var second = StartedControlPlane.Start(_folder.At("home"), "--standby", "--lease", "1");
        using var standby = RunningControlPlane.ClientOf(_folder.At($"home/standby-{second.Id}.sock"));
        await Eventually.Is(async () => await Answers(standby), "the standby answers");
        var itself = await standby.GetFromJsonAsync(ApiRoutes.ControlPlane, ApiJson.Default.ControlPlaneView);
        Assert.True(itself!.Standby);
        Assert.Contains($"process {first.Id}", itself.Leader, StringComparison.Ordinal);
        var shown = await standby.GetFromJsonAsync(Local, ApiJson.Default.EnvironmentView);
        Assert.Equal("live", shown!.State);
        Assert.Contains("standby", Assert.Single(shown.Troubles), StringComparison.Ordinal);
        using var refused = await standby.PostAsJsonAsync($"{Local}/down", new(Reset: false), ApiJson.Default.DownRequest);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Contains("SLIP477", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await first.Kill();
        await Eventually.Is(second.IsReady, "the standby leads");
        await End(second);
    }

    [Fact]
    public async Task One_that_was_paused_is_succeeded_and_ends_itself_when_it_wakes()
    {
        await using var first = await StartedControlPlane.StartReady(_folder.At("home"), "--lease", "1");
        await Deploy(first);
        var before = await Fence(first);
        await using var second = StartedControlPlane.Start(_folder.At("home"), "--standby", "--lease", "1");
        await Eventually.Is(() => second.Written.Contains("Standing by", StringComparison.Ordinal), "it stands by");
        Signal(first.Id, 19);
        await Eventually.Is(() => second.Written.Contains("is adopted", StringComparison.Ordinal), "the standby leads");
        Signal(first.Id, 18);
        Assert.Equal(3, await first.WaitForExit());
        await Eventually.Is(() => first.Written.Contains("No longer leading", StringComparison.Ordinal), "it says why");
        Assert.True(await second.IsReady());
        Assert.True(await Fence(second) > before);
        var audit = await second.Client.GetFromJsonAsync(ApiRoutes.AuditVerify, ApiJson.Default.AuditView);
        Assert.Null(audit!.Fault);
        await End(second);
    }

    [Fact]
    public async Task A_standby_ends_when_it_is_told_to()
    {
        await using var first = await StartedControlPlane.StartReady(_folder.At("home"));
        await using var second = StartedControlPlane.Start(_folder.At("home"), "--standby");
        await Eventually.Is(() => second.Written.Contains("Standing by", StringComparison.Ordinal), "it stands by");
        Signal(second.Id, 15);
        Assert.Equal(0, await second.WaitForExit());
        Assert.True(await first.IsReady());
    }

    private async Task Deploy(StartedControlPlane to)
    {
        var manifest = _folder.Write("slipway.yaml", "app: shop\nguard: 0s\nservices:\n  worker: { run: sleep 600, stop: 1s }\n");
        await to.Client.PostAsJsonAsync($"{Local}/deploy", new() { ManifestPath = manifest }, ApiJson.Default.DeployRequest);
        await Eventually.Is(async () => (await to.Client.GetFromJsonAsync(Local, ApiJson.Default.EnvironmentView))!.State == "live", "the worker is live");
    }

    private static async Task End(StartedControlPlane one)
    {
        using var down = await one.Client.PostAsJsonAsync($"{Local}/down", new(Reset: true), ApiJson.Default.DownRequest);
        Assert.Equal(HttpStatusCode.OK, down.StatusCode);
    }

    private static async Task<long> Fence(StartedControlPlane one)
        => (await one.Client.GetFromJsonAsync(ApiRoutes.ControlPlane, ApiJson.Default.ControlPlaneView))!.Fence;

    private static async Task<bool> Answers(HttpClient client)
    {
        try
        {
            return (await client.GetAsync("/health")).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static void Signal(int process, int signal) => Assert.Equal(0, Kill(process, signal));

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int Kill(int process, int signal);
}
