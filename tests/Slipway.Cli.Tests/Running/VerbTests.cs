using System.Diagnostics;
using System.Text.Json;
using Slipway.Cli.Invoking;
using Slipway.Cli.Tests.Connection;
using Slipway.Cli.Tests.Following;
using Slipway.Cli.Tests.Golden;
using Slipway.Core.Api;

namespace Slipway.Cli.Tests.Running;

public sealed class VerbTests : IDisposable
{
    private const string Manifest = """
        app: shop
        services:
          api: { run: ./api, port: 5000, route: / }
        environments:
          ci: {}
          production: {}
        """;

    private const string Wrong = """
        app: shop
        services:
          api: { run: ./api, prot: 5000, route: /, replicas: many }
          worker: { run: ./worker, needs: [apu] }
        environments:
          ci: {}
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-cli-").FullName;

    private string Home => Path.Combine(_folder, ".slipway");

    private string SocketPath => Path.Combine(Home, "control.sock");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_version_is_one_line()
    {
        var ran = await Executable.Run(_folder, "--version");
        Assert.Equal((0, BuildVersion.Text + "\n", ""), (ran.ExitCode, ran.Output, ran.Error));
    }

    [Fact]
    public async Task Every_verb_explains_itself_in_ASCII_with_examples_and_exit_codes()
    {
        foreach (var verb in (string[])["", .. VerbTable.Names, "render schema", "render dotenv", "render settings", "render settings-schema", "secrets set", "secrets get", "secrets list", "secrets rotate", "secrets retire", "secrets import", "secrets export", "secrets doctor", "audit verify", "audit list", "audit repair"])
        {
            string[] words = [.. verb.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"];
            var ran = (await Executable.Run(_folder, words)).ShouldExit(0);
            Assert.All(ran.Output, c => Assert.InRange(c, '\n', '~'));
            Assert.Contains("Examples:", ran.Output);
            Assert.Contains("Exit code:", ran.Output);
            Goldens.ShouldBe($"help-{(verb.Length == 0 ? "slipway" : verb.Replace(' ', '-'))}.txt", Trimmed(ran.Output));
        }
    }

    [Fact]
    public async Task A_right_manifest_is_found_from_a_folder_below()
    {
        Write(Manifest);
        var below = Directory.CreateDirectory(Path.Combine(_folder, "src", "api")).FullName;
        var ran = (await Executable.Run(below, "check")).ShouldExit(0);
        Assert.Equal("../../slipway.yaml is right: shop in local, ci, production.\n", ran.Output.Replace('\\', '/'));
        Assert.Equal("slipway.yaml is right: shop in ci, settings included.\n", (await Executable.Run(_folder, "check", "-e", "ci", "-f", "slipway.yaml")).ShouldExit(0).Output);
    }

    [Fact]
    public async Task A_wrong_manifest_has_every_fault_told_at_once()
    {
        Write(Wrong);
        var plain = (await Executable.Run(_folder, "check")).ShouldExit(2);
        Goldens.ShouldBe("check.txt", plain.Output);

        var json = JsonDocument.Parse((await Executable.Run(_folder, "check", "--json")).ShouldExit(2).Output).RootElement;
        Assert.False(json.GetProperty("ok").GetBoolean());
        Assert.Equal(plain.Output.Split('\n').Length - 1, json.GetProperty("faults").GetArrayLength());
        Assert.Equal(3, json.GetProperty("faults")[0].GetProperty("line").GetInt32());
    }

    [Theory]
    [InlineData("chekc", "Did you mean: slipway check?")]
    [InlineData("frobnicate", "See: slipway --help")]
    [InlineData("status --nope", "See: slipway status --help")]
    [InlineData("deploy", "Which environment is missing.")]
    [InlineData("deploy Production!", "is no environment's name")]
    [InlineData("deploy ci --strategy sideways", "sideways")]
    [InlineData("deploy ci", "There is no slipway.yaml")]
    [InlineData("show !", "neither a rollout nor a release")]
    [InlineData("load ftp://127.0.0.1/", "neither an http address")]
    [InlineData("load http://127.0.0.1:1/ --duration 5", "is no duration")]
    [InlineData("load http://127.0.0.1:1/ --mix put=3", "Known are: get, upload, stream.")]
    [InlineData("completion tcsh", "tcsh")]
    [InlineData("reset --home .", "Say --yes")]
    public async Task Wrong_usage_exits_2_and_says_what_to_do(string line, string said)
    {
        var ran = (await Executable.Run(_folder, line.Split(' '))).ShouldExit(2);
        Assert.Contains(said, ran.Error);
    }

    [Fact]
    public async Task Without_a_control_plane_every_question_exits_3_and_names_the_remedy()
    {
        Write(Manifest);
        foreach (var line in (string[])["status", "deploy ci", "history", "logs", "events", "audit verify", "abort", "rollback ci"])
        {
            var ran = (await Executable.Run(_folder, line.Split(' '))).ShouldExit(3);
            Assert.Equal($"slipway: error: No control plane runs for {Home}. Start one with: slipway serve (or slipway up, for local development).\n", ran.Error);
        }
    }

    [Fact]
    public async Task A_control_plane_of_another_version_is_told_so()
    {
        Write(Manifest);
        await using var server = Serve(RawServer.Pieces("HTTP/1.1 426 Upgrade Required\r\nSlipway-Version: 9.8.7\r\nContent-Length: 0\r\n\r\n"));
        var ran = (await Executable.Run(_folder, "status")).ShouldExit(3);
        Assert.Contains($"The control plane is version 9.8.7, this command line {BuildVersion.Text}. Use the command line of the same version", ran.Error);
    }

    [Fact]
    public async Task A_deploy_sends_what_the_manifest_asks_for_and_ends_at_promotion()
    {
        Write(Manifest + "\nsettings: { LOG_LEVEL: { type: string }, OTHER: { type: string } }\nversion: \"${BUILD:-1}\"\n");
        await using var server = Serve(
            RawServer.Answer("202 Accepted", Json(new DeployAnswer(Views.Rollout("building"), "Accepted as ci-2."), ApiJson.Default.DeployAnswer)),
            RawServer.Pieces(
                "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n",
                Views.Event(Views.Rollout("baking", 10) with { Gates = [new("errors", null, "inconclusive", "0.0 % of 4, 50 needed"), new("memory", null, "pass", "5 %")], Milestones = [new(Views.At.AddSeconds(2), "10 % of the traffic goes to the candidate.")] }),
                Views.Event(Views.Rollout("guarding", 100) with { PhaseEndsAt = Views.At.AddMinutes(15), Milestones = [new(Views.At.AddSeconds(2), "10 % of the traffic goes to the candidate."), new(Views.At.AddSeconds(9), "Promoted.")] })));
        var ran = (await Executable.Run(_folder, [("LOG_LEVEL", "debug"), ("BUILD", "7"), ("SECRET_OF_MINE", "x")], "deploy", "ci", "--strategy", "canary")).ShouldExit(0);

        var sent = server.Requests[0];
        Assert.StartsWith("POST /v1/environments/ci/deploy HTTP/1.1", sent);
        Assert.Contains("\"variables\":{\"BUILD\":\"7\",\"LOG_LEVEL\":\"debug\"}", sent);
        Assert.DoesNotContain("SECRET_OF_MINE", sent);
        Assert.Contains("\"strategy\":\"Canary\"", sent);
        Assert.Contains("12:00:02  10 % of the traffic goes to the candidate.\n", ran.Output);
        Assert.Contains("gate errors: inconclusive: 0.0 % of 4, 50 needed\n", ran.Output);
        Assert.DoesNotContain("gate memory", ran.Output);
        Assert.Contains("Promoted: 1.1.0 (bbbbbbbbbbbb) is live in ci with all traffic after 9.0 s.\n", ran.Output);
        Assert.Contains("The guard goes on watching until 2026-05-04 12:15:00Z, 1.0.0 (aaaaaaaaaaaa) kept warm behind it.", ran.Output);
    }

    [Fact]
    public async Task A_rollout_that_was_rolled_back_exits_1_and_is_explained_in_place()
    {
        Write(Manifest);
        var failed = Views.Rollout("done", 0, "rolled-back") with
        {
            Gates = [new("consecutive", Views.Name<Core.Manifests.ServiceName>("api"), "fail", "3 errors in a row, at most 2")],
            Failure = new("3 server errors in a row of api.", "consecutive", Views.Name<Core.Manifests.InstanceId>("api-bbbbbbbbbbbb-1"), ["boom", "  at Main"], "Look at the errors of api."),
        };
        await using var server = Serve(
            RawServer.Answer("202 Accepted", Json(new DeployAnswer(Views.Rollout("building"), "Accepted as ci-2."), ApiJson.Default.DeployAnswer)),
            RawServer.Pieces("HTTP/1.1 200 OK\r\n\r\n", Views.Event(failed)));
        var ran = (await Executable.Run(_folder, "deploy", "ci")).ShouldExit(1);
        Goldens.ShouldBe("rolled-back.txt", ran.Output.Split('\n', 3)[2]);
    }

    [Fact]
    public async Task A_refused_deploy_exits_1_and_under_json_is_an_object()
    {
        Write(Manifest);
        await using var server = Serve(RawServer.Answer("409 Conflict", """{"code":"SLIP409","title":"Rollout ci-1 is under way.","remedy":"Wait, or say --queue.","status":409}"""));
        var ran = (await Executable.Run(_folder, "deploy", "ci", "--json")).ShouldExit(1);
        Assert.Equal("SLIP409", JsonDocument.Parse(ran.Output).RootElement.GetProperty("code").GetString());
        Assert.Equal("slipway: error SLIP409: Rollout ci-1 is under way. Wait, or say --queue.\n", ran.Error);
    }

    [Fact]
    public async Task Interrupting_ends_the_following_and_says_how_to_come_back()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are sent on Unix only.");
        Write(Manifest);
        await using var server = Serve(
            RawServer.Answer("202 Accepted", Json(new DeployAnswer(Views.Rollout("building"), "Accepted as ci-2."), ApiJson.Default.DeployAnswer)),
            async socket =>
            {
                await RawServer.Send(socket, "HTTP/1.1 200 OK\r\n\r\n" + Views.Event(Views.Rollout("baking", 10)));
                await socket.ReceiveAsync(new byte[1]);
            });
        using var process = Executable.Start(_folder, [], "deploy", "ci");
        while (await process.StandardOutput.ReadLineAsync() is { } line && !line.Contains("baking"))
            Assert.False(process.HasExited);
        using (var kill = Process.Start("kill", ["-INT", $"{process.Id}"]))
            await kill.WaitForExitAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(3, process.ExitCode);
        Assert.Contains("rollout ci-2 goes on. Come back with: slipway show ci-2 -f", error);
    }

    [Fact]
    public async Task Logs_carry_their_instance_and_end_with_the_stream()
    {
        Write(Manifest);
        await using var server = Serve(RawServer.Pieces("HTTP/1.1 200 OK\r\n\r\n", "data: {\"instance\":\"api-0123456789ab-1\",\"error\":true,\"text\":\"na\\u00efve\"}\n\n"));
        var ran = (await Executable.Run(_folder, "logs", "api", "-e", "ci", "-n", "5")).ShouldExit(0);
        Assert.Equal("api-0123456789ab-1 ! na\u00efve\n", ran.Output);
        Assert.StartsWith("GET /v1/environments/ci/logs?service=api&tail=5&follow=false ", server.Requests[0]);
    }

    [Fact]
    public async Task A_reader_that_leaves_early_is_no_fault()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no broken pipes to tell apart.");
        using var process = Executable.Start(_folder, [], "completion", "bash");
        process.StandardOutput.Close();
        Assert.Equal("", await process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
    }

    [Fact]
    public async Task A_changed_journal_exits_1()
    {
        Write(Manifest);
        await using var server = Serve(RawServer.Answer("200 OK", """{"records":6,"lastHash":"ab","fault":"Record 7 was changed."}"""));
        Assert.Contains("Record 7 was changed.", (await Executable.Run(_folder, "audit", "verify")).ShouldExit(1).Output);
    }

    [Fact]
    public async Task The_completion_script_for_bash_is_bash()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no bash to ask.");
        foreach (var shell in (string[])["bash", "zsh", "fish", "pwsh"])
        {
            var script = (await Executable.Run(_folder, "completion", shell)).ShouldExit(0).Output;
            Assert.All(VerbTable.Names, name => Assert.Contains(name, script));
            await File.WriteAllTextAsync(Path.Combine(_folder, shell), script);
        }
        using var check = Process.Start("bash", ["-n", Path.Combine(_folder, "bash")]);
        await check.WaitForExitAsync();
        Assert.Equal(0, check.ExitCode);
        await File.WriteAllTextAsync(Path.Combine(_folder, "try"), "source ./bash; COMP_WORDS=(slipway dep); COMP_CWORD=1; _slipway; echo \"${COMPREPLY[@]}\"; COMP_WORDS=(slipway deploy --st); COMP_CWORD=2; _slipway; echo \"${COMPREPLY[@]}\"");
        using var run = Process.Start(new ProcessStartInfo("bash", ["try"]) { UseShellExecute = false, WorkingDirectory = _folder, RedirectStandardOutput = true })!;
        Assert.Equal("deploy\n--strategy\n", await run.StandardOutput.ReadToEndAsync());
    }

    private static string Json<T>(T value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) => JsonSerializer.Serialize(value, type);

    private static string Trimmed(string text) => string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd()));

    private void Write(string manifest) => File.WriteAllText(Path.Combine(_folder, "slipway.yaml"), manifest);

    private RawServer Serve(params Func<System.Net.Sockets.Socket, Task>[] acts)
    {
        Directory.CreateDirectory(Home);
        return new(SocketPath, acts);
    }
}
