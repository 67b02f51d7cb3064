using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using Slipway.Core.Api;

namespace Slipway.ControlPlane.Tests;

/// <summary>The program as a process: its start, its end, and what is left when it is killed.</summary>
public sealed partial class ProgramTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(2, "--home is missing.")]
    [InlineData(2, "loopback", "--home", "HOME", "--listen", "0.0.0.0:7070")]
    [InlineData(0, "0.1.0", "--version")]
    public async Task It_says_what_is_wrong_with_its_arguments(int exitCode, string text, params string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "slipway-control-plane");
        var about = new ProcessStartInfo(program, arguments.Select(one => one == "HOME" ? _folder.At("home") : one))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(about)!;
        var written = await process.StandardOutput.ReadToEndAsync() + await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Contains(text, written, StringComparison.Ordinal);
        Assert.Equal(exitCode, process.ExitCode);
    }

    [Fact]
    public async Task A_second_one_is_refused_within_a_second_by_the_process_of_the_first()
    {
        await using var first = await StartedControlPlane.StartReady(_folder.At("home"));
        var clock = Stopwatch.StartNew();
        await using var second = StartedControlPlane.Start(_folder.At("home"));
        Assert.Equal(3, await second.WaitForExit());
        var took = clock.Elapsed;
        await Eventually.Is(() => second.Written.Contains($"process {first.Id}", StringComparison.Ordinal), "the first one is named");
        Assert.True(took < TimeSpan.FromSeconds(5), $"It took {took}.");
        Assert.True(await first.IsReady());
    }

    [Fact]
    public async Task One_that_was_killed_leaves_a_socket_and_a_lock_that_stop_nobody()
    {
        await using var killed = await StartedControlPlane.StartReady(_folder.At("home"));
        var before = await Show(killed);
        await killed.Kill();
        Assert.True(File.Exists(killed.Home.Socket));
        await using var next = await StartedControlPlane.StartReady(_folder.At("home"));
        var after = await Show(next);
        Assert.Equal(next.Id, after.ProcessId);
        Assert.True(after.Fence > before.Fence);
    }

    [Fact]
    public async Task It_ends_cleanly_when_told_to_and_removes_its_socket()
    {
        await using var asked = await StartedControlPlane.StartReady(_folder.At("home"));
        using var answer = await asked.Client.PostAsync(ApiRoutes.Shutdown, null);
        Assert.True(answer.IsSuccessStatusCode);
        Assert.Equal(0, await asked.WaitForExit());
        Assert.False(File.Exists(asked.Home.Socket));
    }

    [Fact]
    public async Task SIGTERM_ends_it_cleanly_even_with_a_follower()
    {
        await using var told = await StartedControlPlane.StartReady(_folder.At("home"));
        using var follower = await told.Client.GetAsync("/v1/events?follow=true", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(0, Kill(told.Id, 15));
        Assert.Equal(0, await told.WaitForExit());
    }

    [Theory]
    [InlineData("journal.db", 0)]
    [InlineData("journal.head", 1)]
    public async Task A_damaged_journal_stops_the_start_until_it_is_repaired(string file, int recordsSaved)
    {
        await using (var first = await StartedControlPlane.StartReady(_folder.At("home")))
        {
            await first.Client.PostAsync(ApiRoutes.Shutdown, null);
            await first.WaitForExit();
        }
        await File.WriteAllTextAsync(_folder.At($"home/{file}"), "this was something else once");
        await using var second = StartedControlPlane.Start(_folder.At("home"));
        Assert.Equal(3, await second.WaitForExit());
        await Eventually.Is(() => second.Written.Contains("slipway audit repair", StringComparison.Ordinal), "the way out is told");
        await using var third = await StartedControlPlane.StartReady(_folder.At("home"), "--repair-journal");
        Assert.NotEmpty(Directory.GetFiles(_folder.At("home"), "journal.db.damaged-*"));
        var audit = await third.Client.GetFromJsonAsync(ApiRoutes.AuditVerify, ApiJson.Default.AuditView);
        // What was saved, the repair itself, and the start after it.
        Assert.Equal((null, recordsSaved + 2L), (audit!.Fault, audit.Records));
    }

    [Fact]
    public async Task A_listener_whose_port_is_taken_stops_the_start_with_one_sentence()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        await using var late = StartedControlPlane.Start(_folder.At("home"), "--listen", taken.LocalEndPoint!.ToString()!);
        Assert.Equal(3, await late.WaitForExit());
        await Eventually.Is(() => late.Written.Contains("address already in use", StringComparison.Ordinal), "the reason is told");
        Assert.DoesNotContain("   at ", late.Written, StringComparison.Ordinal);
        Assert.False(File.Exists(late.Home.Socket));
    }

    [Fact]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public async Task Instances_live_on_when_it_is_killed_and_the_next_one_takes_them_over()
    {
        const string Local = "/v1/environments/local";
        var manifest = _folder.Write("slipway.yaml", "app: shop\nguard: 0s\nservices:\n  worker: { run: sleep 600, stop: 1s }\n");
        await using var killed = await StartedControlPlane.StartReady(_folder.At("home"));
        await killed.Client.PostAsJsonAsync($"{Local}/deploy", new() { ManifestPath = manifest }, ApiJson.Default.DeployRequest);
        await Eventually.Is(async () => (await Environment(killed)).State == "live", "the worker is live");
        var before = Assert.Single((await Environment(killed)).Instances);
        await killed.Kill();
        await using var next = await StartedControlPlane.StartReady(_folder.At("home"));
        await Eventually.Is(async () => (await Environment(next)).Instances is [{ Phase: "ready" }], "the worker is seen again");
        var after = Assert.Single((await Environment(next)).Instances);
        Assert.Equal((before.Id, before.StartedAt, 0), (after.Id, after.StartedAt, after.Restarts));
        using var down = await next.Client.PostAsJsonAsync($"{Local}/down", new(Reset: true), ApiJson.Default.DownRequest);
        Assert.Empty((await down.Content.ReadFromJsonAsync(ApiJson.Default.EnvironmentView))!.Instances);

        static async Task<EnvironmentView> Environment(StartedControlPlane one)
            => (await one.Client.GetFromJsonAsync(Local, ApiJson.Default.EnvironmentView))!;
    }

    [Fact]
    public async Task A_home_with_a_path_too_long_for_a_socket_works_all_the_same()
    {
        await using var far = await StartedControlPlane.StartReady(_folder.At(new string('z', 120)));
        Assert.Equal(far.Id, (await Show(far)).ProcessId);
    }

    [Fact]
    public async Task Its_log_is_one_JSON_object_a_line()
    {
        await using var started = await StartedControlPlane.StartReady(_folder.At("home"), "--listen", "127.0.0.1:0");
        await started.Client.PostAsync(ApiRoutes.Shutdown, null);
        await started.WaitForExit();
        await Eventually.Is(() => started.Written.Contains("has ended", StringComparison.Ordinal), "the end is logged");
        foreach (var line in started.Written.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            JsonDocument.Parse(line).Dispose();
        Assert.Contains("http://127.0.0.1:", started.Written, StringComparison.Ordinal);
        Assert.DoesNotContain((await File.ReadAllTextAsync(started.Home.Token)).Trim(), started.Written, StringComparison.Ordinal);
    }

    private static async Task<ControlPlaneView> Show(StartedControlPlane started)
        => (await started.Client.GetFromJsonAsync(ApiRoutes.ControlPlane, ApiJson.Default.ControlPlaneView))!;

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int Kill(int process, int signal);
}
