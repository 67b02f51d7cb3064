using System.Diagnostics;
using System.Net.Http.Json;
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
