using Slipway.Core.Manifests;
using Slipway.Releases.Ports;
using Slipway.Targets.Artefacts;

namespace Slipway.Targets.Tests.Artefacts;

public sealed class BuildTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-test-").FullName;
    private readonly List<string> _lines = [];
    private readonly FileArtefacts _artefacts;
    private readonly HomeFolder _home;

    public BuildTests()
    {
        _home = new(Path.Combine(_folder, ".slipway"));
        _artefacts = new(_home, TimeProvider.System);
        File.WriteAllText(Path.Combine(_folder, "input.txt"), "one");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_same_inputs_are_not_built_twice_and_other_inputs_are()
    {
        var first = await Built(Shell("cp input.txt \"$OUT\"; echo done"));
        Assert.False(first.Cached);
        Assert.Contains("done", _lines);
        Assert.Equal("one", await File.ReadAllTextAsync(Path.Combine(_home.Artefact(first.Digest), "input.txt")));

        Assert.Equal(first with { Cached = true }, await Built(Shell("cp input.txt \"$OUT\"; echo done")));
        await File.WriteAllTextAsync(Path.Combine(_folder, "input.txt"), "two");
        var second = await Built(Shell("cp input.txt \"$OUT\"; echo done"));
        Assert.NotEqual(first.Digest, second.Digest);
        Assert.NotEqual(second.Digest, (await Built(Shell("cp input.txt \"$OUT\""))).Digest);
    }

    [Fact]
    public async Task A_build_that_fails_tells_its_last_lines_and_leaves_nothing()
    {
        var failed = Assert.IsType<BuildOutcome.Failed>(await Build(Shell("touch \"$OUT/half\"; for i in $(seq 1 50); do echo line $i; done; echo broken >&2; exit 3")));

        Assert.StartsWith("The build of api ended with exit code 3", failed.Reason, StringComparison.Ordinal);
        Assert.Equal(20, failed.LastLines.Count);
        Assert.Equal("broken", failed.LastLines[^1]);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_home.Artefacts));
    }

    [Fact]
    public async Task A_build_command_that_is_missing_is_named()
    {
        var failed = Assert.IsType<BuildOutcome.Failed>(await Build(new CommandLine(["no-such-compiler", "${OUT}"])));

        Assert.Equal("The build of api could not be started. There is no program no-such-compiler on the PATH. Install it, or give its path.", failed.Reason);
    }

    [Fact]
    public async Task A_build_that_writes_nothing_has_failed()
        => Assert.StartsWith(
            "The build of api wrote nothing. Its command must write to ${OUT}.",
            Assert.IsType<BuildOutcome.Failed>(await Build(Shell("echo nothing"))).Reason,
            StringComparison.Ordinal);

    [Fact]
    public async Task Two_who_want_the_same_at_once_share_one_build()
    {
        var command = Shell("echo $$ >> .slipway/runs; sleep 0.3; cp input.txt \"$OUT\"");
        Directory.CreateDirectory(_home.Path);
        var all = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Build(command)));

        Assert.Single(all.Select(outcome => ((BuildOutcome.Built)outcome).Digest).Distinct());
        Assert.Single(await File.ReadAllLinesAsync(Path.Combine(_home.Path, "runs")));
    }

    [Fact]
    public async Task A_build_that_is_cancelled_ends_all_that_it_started_and_leaves_nothing()
    {
        using var cancel = new CancellationTokenSource();
        Directory.CreateDirectory(_home.Path);
        var building = _artefacts.Build(
            Bed.Service() with { Build = Shell("touch \"$OUT/half\"; sleep 1000 & echo $! > .slipway/child; wait") }, _folder, new Progress<string>(_ => { }), cancel.Token);
        var child = Path.Combine(_home.Path, "child");
        await Bed.UntilTrue(() => File.Exists(child) && File.ReadAllText(child).EndsWith('\n'), "the build runs");
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => building);
        Assert.True(Targets.Processes.Spawning.ProcessRow.Read(int.Parse(await File.ReadAllTextAsync(child))) is null or { IsZombie: true });
        Assert.Empty(Directory.EnumerateFileSystemEntries(_home.Artefacts));
    }

    [Fact]
    public async Task What_a_build_leaves_running_is_ended_with_it()
    {
        Directory.CreateDirectory(_home.Path);
        await Built(Shell("sleep 1000 & echo $! > .slipway/child; cp input.txt \"$OUT\""));

        Assert.True(Targets.Processes.Spawning.ProcessRow.Read(int.Parse(await File.ReadAllTextAsync(Path.Combine(_home.Path, "child")))) is null or { IsZombie: true });
    }

    [Fact]
    public async Task An_artefact_that_was_damaged_is_built_anew()
    {
        var first = await Built(Shell("cp input.txt \"$OUT\""));
        var file = Path.Combine(_home.Artefact(first.Digest), "input.txt");
        await File.WriteAllTextAsync(file, "xxx");

        Assert.Equal(first, await Built(Shell("cp input.txt \"$OUT\"")));
        Assert.Equal("one", await File.ReadAllTextAsync(file));
        Assert.Single(Directory.EnumerateFileSystemEntries(_home.Artefacts));
    }

    [Fact]
    public async Task Only_the_named_inputs_count()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "src", "deep"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "src", "deep", "a.cs"), "a");
        await File.WriteAllTextAsync(Path.Combine(_folder, "src", "notes.md"), "a");
        var service = Bed.Service() with { Build = Shell("echo x > \"$OUT/x\""), Inputs = ["src/**/*.cs"] };
        var first = await Built(service);

        await File.WriteAllTextAsync(Path.Combine(_folder, "input.txt"), "other");
        await File.WriteAllTextAsync(Path.Combine(_folder, "src", "notes.md"), "other");
        Assert.True((await Built(service)).Cached);
        await File.WriteAllTextAsync(Path.Combine(_folder, "src", "deep", "a.cs"), "b");
        Assert.NotEqual(first.Digest, (await Built(service)).Digest);
    }

    [Fact]
    public async Task A_file_that_may_be_executed_is_another_input()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no executable bit.");
        var first = await Built(Shell("echo x > \"$OUT/x\""));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path.Combine(_folder, "input.txt"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        Assert.NotEqual(first.Digest, (await Built(Shell("echo x > \"$OUT/x\""))).Digest);
    }

    [Theory]
    [InlineData("../elsewhere", "lies outside the manifest's folder")]
    [InlineData("/etc/passwd", "lies outside the manifest's folder")]
    [InlineData("missing.txt", "matches no file")]
    [InlineData("link", "is a link to")]
    public async Task An_input_outside_the_folder_or_missing_is_refused(string input, string reason)
    {
        File.CreateSymbolicLink(Path.Combine(_folder, "link"), "/etc/hostname");
        var failed = Assert.IsType<BuildOutcome.Failed>(await Build(Bed.Service() with { Build = Shell("true"), Inputs = [input] }));

        Assert.Contains(reason, failed.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_a_git_repository_what_git_ignores_does_not_count()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, ".gitignore"), "made/\n.slipway/\n");
        foreach (var arguments in new[] { "init -q", "add .", "-c user.name=x -c user.email=x@example.org commit -q -m first" })
            await System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("git", arguments) { WorkingDirectory = _folder, UseShellExecute = false })!.WaitForExitAsync();
        var first = await Built(Shell("echo x > \"$OUT/x\""));
        var commit = await _artefacts.GitSha(_folder, CancellationToken.None);
        Assert.Equal(40, commit.Length);

        Directory.CreateDirectory(Path.Combine(_folder, "made"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "made", "x"), "x");
        Assert.True((await Built(Shell("echo x > \"$OUT/x\""))).Cached);
        await File.WriteAllTextAsync(Path.Combine(_folder, "new.txt"), "x");
        Assert.NotEqual(first.Digest, (await Built(Shell("echo x > \"$OUT/x\""))).Digest);
        Assert.Equal($"{commit}-dirty", await _artefacts.GitSha(_folder, CancellationToken.None));
    }

    private static CommandLine Shell(string script) => new(["sh", "-c", script.Replace("${", "$${", StringComparison.Ordinal)]);

    private Task<BuildOutcome> Build(CommandLine command) => Build(Bed.Service() with { Build = command });

    private Task<BuildOutcome> Build(Service service)
        => _artefacts.Build(service, _folder, new Lines(_lines), CancellationToken.None);

    private async Task<BuildOutcome.Built> Built(CommandLine command) => Assert.IsType<BuildOutcome.Built>(await Build(command));

    private async Task<BuildOutcome.Built> Built(Service service) => Assert.IsType<BuildOutcome.Built>(await Build(service));

    private sealed class Lines(List<string> lines) : IProgress<string>
    {
        public void Report(string value)
        {
            lock (lines)
                lines.Add(value);
        }
    }
}
