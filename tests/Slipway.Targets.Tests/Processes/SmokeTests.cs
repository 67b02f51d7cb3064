using System.Diagnostics;
using Slipway.Core.Manifests;
using Slipway.Releases.Ports;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Tests.Processes;

public sealed class SmokeTests
{
    private static readonly (string, string) Secret = ("API__KEY", "a-very-secret-key");

    [Fact]
    public async Task Steps_capture_what_later_ones_use_and_expect()
    {
        await using var bed = new Bed();
        var outcome = await Run(
            bed,
            Step("/echo", "POST") with
            {
                Body = """{ "id": "a b/ä\"1", "items": [{ "n": 7 }, null], "ok": true, "key": "${API__KEY}" }""",
                Headers = ["Authorization: Bearer ${API__KEY}", "Content-Type: application/json"],
                Status = 200,
                Expect = ["/id", "/items/0/n = 7", "/items/1 = null", "/ok = true", "/key = ${API__KEY}", "header X-Version = 0.0.0", "header content-type = application/octet-stream", "match \"n\": [0-9]"],
                Capture = ["id = /id", "n = match \"n\": ([0-9]+)", "version = header x-version"],
            },
            Step("/orders/${id}?n=${n}"),
            Step("/echo", "POST") with { Body = """{ "again": "${id}" }""", Expect = ["/again = ${id}"], Contains = "${none:-again}" });
        Assert.True(outcome.Passed, outcome.Explanation);
        Assert.StartsWith("step 3 of 3: POST /echo answered 200", outcome.Explanation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/status/302", "GET /status/302 answered 302, expected 200 to 299: status 302")]
    [InlineData("/status/500", "GET /status/500 answered 500, expected 200 to 299: status 500")]
    [InlineData("/slow?ms=20000", "GET /slow?ms=20000 was not answered within 0.5 s")]
    [InlineData("${away}", "GET ${away} cannot be sent: ${away} has no value here")]
    [InlineData("${SLIPWAY_WORK:-x}@127.0.0.1:1/", "GET ${SLIPWAY_WORK:-x}@127.0.0.1:1/ cannot be sent: what its path is filled with leads elsewhere, or is no path that begins with /")]
    public async Task A_step_that_fails_says_why(string path, string explanation)
    {
        await using var bed = new Bed();
        var outcome = await Run(bed, Step(path) with { Timeout = TimeSpan.FromSeconds(0.5) });
        Assert.Equal((false, explanation), (outcome.Passed, outcome.Explanation));
    }

    [Theory]
    [InlineData("contains")]
    [InlineData("expect")]
    [InlineData("capture")]
    [InlineData("status")]
    public async Task No_explanation_shows_a_secret_or_what_was_captured(string what)
    {
        await using var bed = new Bed();
        var outcome = await Run(
            bed,
            Step("/echo", "POST") with { Body = """{ "token": "captured-token" }""", Capture = ["token = /token"] },
            what switch
            {
                "contains" => Echo() with { Contains = "nothing of it" },
                "expect" => Echo() with { Expect = ["/both = other"] },
                "capture" => Echo() with { Capture = ["none = /none"] },
                _ => Echo() with { Status = 201 },
            });
        Assert.False(outcome.Passed);
        Assert.Contains("***", outcome.Explanation, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-key", outcome.Explanation, StringComparison.Ordinal);
        Assert.DoesNotContain("captured-token", outcome.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_without_end_is_cut_and_judged_by_its_beginning()
    {
        await using var bed = new Bed();
        var outcome = await Run(bed, Step("/bytes?n=20000000") with { Contains = "xxx", Expect = ["match ^x+$"] });
        Assert.True(outcome.Passed, outcome.Explanation);
    }

    [Fact]
    public async Task A_command_that_hangs_is_ended_with_all_that_it_started()
    {
        await using var bed = new Bed();
        var mark = Path.Combine(bed.Folder, "pids");
        var started = Stopwatch.GetTimestamp();
        var outcome = await Run(bed, Command(1, "sh", "-c", $"sleep 1001 & echo $! > {mark}; setsid sleep 1001 & sleep 1001"));
        Assert.False(outcome.Passed);
        Assert.EndsWith("did not end within 1 s", outcome.Explanation, StringComparison.Ordinal);
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(20));
        var pid = (await File.ReadAllTextAsync(mark)).Trim();
        await Bed.UntilTrue(() => !IsRunning(pid), $"{pid} to end");
    }

    [Fact]
    public async Task A_command_whose_stray_child_keeps_its_output_open_is_not_waited_for()
    {
        await using var bed = new Bed();
        var outcome = await Run(bed, Command(20, "sh", "-c", "setsid sleep 1002 & echo done"));
        Assert.True(outcome.Passed, outcome.Explanation);
        Assert.EndsWith("exited with code 0: done", outcome.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_that_hid_itself_and_keeps_the_output_open_is_not_waited_for_either()
    {
        await using var bed = new Bed();
        // Neither its session nor the mark in its environment tells whose it is, so that nobody ends it.
        var outcome = await Run(bed, Command(20, "sh", "-c", "env -i setsid sleep 1003 & echo $!"));
        try
        {
            Assert.True(outcome.Passed, outcome.Explanation);
        }
        finally
        {
            foreach (var row in ProcessRow.ReadAll().Where(row => !row.IsZombie && IsHidden(row.Pid)))
                Posix.Kill(row.Pid, Posix.SigKill);
        }
    }

    [Fact]
    public async Task A_command_that_floods_its_output_is_ended_and_said_so()
    {
        await using var bed = new Bed();
        var outcome = await Run(bed, Command(60, "yes", "a line of a flood that never ends"));
        Assert.False(outcome.Passed);
        Assert.EndsWith("printed more than 1 MiB and was ended", outcome.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_checks_that_are_named_are_run()
    {
        await using var bed = new Bed();
        var instance = await Start(bed, Check(Step("/version")) with { Name = "one" }, Check(Step("/version")) with { Name = "two" });
        Assert.Equal(["one", "two"], (await bed.Target.Smoke(Bed.Local, instance.Id, CancellationToken.None)).Select(outcome => outcome.Name));
        Assert.Equal(["two"], (await bed.Target.Smoke(Bed.Local, instance.Id, ["two", "three"], CancellationToken.None)).Select(outcome => outcome.Name));
    }

    private static SmokeStep Step(string path, string method = "GET") => new(method, path, [], null, TimeSpan.FromSeconds(20));

    private static SmokeStep Echo() => Step("/echo", "POST") with { Body = """{ "both": "${API__KEY} ${token}" }""" };

    private static SmokeCheck Check(params SmokeStep[] steps)
        => new("check", new ProbeCheck.Http("/"), "GET", null, null, null, TimeSpan.FromSeconds(20)) { Steps = [.. steps] };

    private static SmokeCheck Command(int seconds, params string[] words)
        => new("check", new ProbeCheck.Command(new([.. words])), "GET", null, null, null, TimeSpan.FromSeconds(seconds));

    private static Task<SmokeOutcome> Run(Bed bed, params SmokeStep[] steps) => Run(bed, Check(steps));

    private static async Task<SmokeOutcome> Run(Bed bed, SmokeCheck check)
    {
        var instance = await Start(bed, check);
        return (await bed.Target.Smoke(Bed.Local, instance.Id, CancellationToken.None)).Single();
    }

    private static async Task<Instance> Start(Bed bed, params SmokeCheck[] checks)
    {
        await bed.Ensure(bed.Workload(Bed.Service() with { Health = new() { Smoke = [.. checks] } }, 1, 'a', Secret));
        return await bed.UntilOne(one => one.Ready);
    }

    private static bool IsHidden(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline") == "sleep\01003\0";
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static bool IsRunning(string pid)
        => File.Exists($"/proc/{pid}/stat") && !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);
}
