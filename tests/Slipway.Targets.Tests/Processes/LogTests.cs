using System.Text;
using Slipway.Core.Settings;
using Slipway.Releases.Ports;
using Slipway.Targets.Processes.Logs;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Tests.Processes;

public sealed class LogTests
{
    private const int FloodLines = 60_000;

    [Fact]
    public void A_log_that_was_written_after_it_was_looked_over_is_covered_too()
    {
        // An instance that is restored writes into the folder of its former life, and may be gone before the next look.
        var instances = Directory.CreateTempSubdirectory("slipway-test-").FullName;
        var log = Path.Combine(Directory.CreateDirectory(Path.Combine(instances, "api-1")).FullName, "stdout.log");
        File.WriteAllText(log, "using hunter2-hunter2\n");
        var secrets = new Redactor();
        secrets.Learn(["hunter2-hunter2"]);
        var sweep = new LogSweep(secrets);
        sweep.Sweep(instances, []);
        sweep.Sweep(instances, []);
        File.AppendAllText(log, "again hunter2-hunter2\n");
        sweep.Sweep(instances, []);
        Assert.Equal("using ***************\nagain ***************\n", File.ReadAllText(log));
        Directory.Delete(instances, recursive: true);
    }

    [Theory]
    [InlineData("/tmp")]
    [InlineData("/dev/shm")]
    public async Task No_line_is_lost_when_a_log_is_rotated_while_it_is_written(string root)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Directory.Exists(root), $"There is no {root}.");
        var folder = Directory.CreateDirectory(Path.Combine(root, $"slipway-test-{Guid.NewGuid():N}")).FullName;
        try
        {
            var file = new LogFile(Path.Combine(folder, "stdout.log"), 64 * 1024, 200);
            var output = new SpawnOutput.ToFile(Path.Combine(folder, "stdout.log"));
            var variables = new Dictionary<string, string> { ["FIXTURE_FLOOD"] = FloodLines.ToString(), ["FIXTURE_LISTEN"] = "never", ["HOME"] = folder };
            var process = RunningProcess.Start(new(Bed.Fixture, [], variables, folder, output, output));
            var followed = new List<string>();
            var splitter = new LineSplitter(followed.Add);
            var buffer = new byte[100_000];
            long place = 0;
            await Bed.UntilTrue(
                () =>
                {
                    file.Rotate();
                    var got = file.Read(ref place, buffer);
                    splitter.Add(buffer.AsSpan(0, got));
                    return got == 0 && followed.Count >= FloodLines + 1;
                },
                $"{FloodLines} lines");
            await process.Kill();

            Assert.True(File.Exists(Path.Combine(folder, "stdout.log.3")));
            Assert.Equal(Expected(), followed.Skip(1));
            Assert.Equal(Expected(), new LogFile(Path.Combine(folder, "stdout.log"), 64 * 1024, 200).Tail(FloodLines).Lines);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("/tmp")]
    [InlineData("/dev/shm")]
    public async Task Secrets_are_covered_in_a_log_that_is_written_and_rotated_and_nothing_else_is_touched(string root)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Directory.Exists(root), $"There is no {root}.");
        var folder = Directory.CreateDirectory(Path.Combine(root, $"slipway-test-{Guid.NewGuid():N}")).FullName;
        try
        {
            var secrets = new Redactor();
            var secret = Expected().ElementAt(100);
            secrets.Learn([secret]);
            var path = Path.Combine(folder, "stdout.log");
            var file = new LogFile(path, 64 * 1024, 200);
            var output = new SpawnOutput.ToFile(path);
            var variables = new Dictionary<string, string> { ["FIXTURE_FLOOD"] = FloodLines.ToString(), ["FIXTURE_LISTEN"] = "never", ["HOME"] = folder };
            var process = RunningProcess.Start(new(Bed.Fixture, [], variables, folder, output, output));
            await Bed.UntilTrue(
                () =>
                {
                    file.Cover(secrets);
                    file.Rotate();
                    return file.Tail(FloodLines + 1).Lines.Count == FloodLines + 1;
                },
                $"{FloodLines} lines");
            await process.Kill();
            // What is learnt later is covered in what was rotated already.
            var later = Expected().ElementAt(200);
            secrets.Learn([later]);
            file.Cover(secrets);

            var lines = file.Tail(FloodLines).Lines;
            Assert.Equal(Expected().Select(line => line.Replace(secret, new('*', secret.Length)).Replace(later, new('*', later.Length))), lines);
            Assert.DoesNotContain(Directory.EnumerateFiles(folder), log => File.ReadAllText(log).Contains(secret + "\n") || File.ReadAllText(log).Contains(later + "\n"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_rotation_that_was_cut_off_neither_loses_nor_repeats_lines()
    {
        var folder = Directory.CreateTempSubdirectory("slipway-test-").FullName;
        var path = Path.Combine(folder, "stdout.log");
        var lines = Enumerable.Range(1, 1000).Select(number => $"line {number}").ToList();
        var text = string.Join('\n', lines) + "\n";
        await File.WriteAllTextAsync(path, text);
        await File.WriteAllTextAsync($"{path}.rotating", text[..4096]);
        Assert.Equal(lines, new LogFile(path, 100_000, 3).Tail(2000).Lines);

        await File.WriteAllTextAsync($"{path}.rotating", text[..4096]);
        await File.WriteAllTextAsync(path, text[4096..]);
        Assert.Equal(lines, new LogFile(path, 100_000, 3).Tail(2000).Lines);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_tail_gives_the_last_whole_lines_also_from_older_files()
    {
        var folder = Directory.CreateTempSubdirectory("slipway-test-").FullName;
        var path = Path.Combine(folder, "stdout.log");
        await File.WriteAllTextAsync($"{path}.1", "one\ntwo\nthr");
        await File.WriteAllTextAsync(path, "ee\nfour\nunfinis");
        var file = new LogFile(path, 100_000, 3);

        Assert.Equal(["four"], file.Tail(1).Lines);
        Assert.Equal(["two", "three", "four"], file.Tail(3).Lines);
        Assert.Equal(["one", "two", "three", "four"], file.Tail(9).Lines);
        Assert.Empty(file.Tail(0).Lines);
        var (_, place) = file.Tail(1);
        await File.AppendAllTextAsync(path, "hed\n");
        var buffer = new byte[100];
        var got = file.Read(ref place, buffer);
        Assert.Equal("unfinished\n", Encoding.UTF8.GetString(buffer, 0, got));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Lines_that_are_no_text_or_too_long_are_still_lines()
    {
        var lines = new List<string>();
        var splitter = new LineSplitter(lines.Add);
        splitter.Add([0xff, 0xfe, (byte)'a', (byte)'\r', (byte)'\n']);
        splitter.Add(new byte[LineSplitter.LengthMax * 3]);
        splitter.Add("\nlast"u8);
        splitter.End();

        Assert.Equal("\ufffd\ufffda", lines[0]);
        Assert.Equal(LineSplitter.LengthMax, lines[1].Length);
        Assert.Equal("last", lines[2]);
        Assert.Equal(3, lines.Count);
    }

    [Fact]
    public async Task Logs_are_followed_over_all_instances_and_kept_after_their_end()
    {
        await using var bed = new Bed();
        using var end = new CancellationTokenSource();
        var seen = new List<LogLine>();
        var following = Task.Run(async () =>
        {
            await foreach (var line in bed.Target.Logs(new(Bed.Local, null, null, null, 10, Follow: true), end.Token))
            {
                lock (seen)
                    seen.Add(line);
            }
        });
        await bed.Ensure(bed.Workload(Bed.Service("api", Bed.Fixture, "exit", "3") with { Kind = Core.Manifests.ServiceKind.Job }));
        await bed.Ensure(bed.Workload(Bed.Service(), 1, 'b', ("FIXTURE_FLOOD", "50")));
        await Bed.UntilTrue(
            () =>
            {
                lock (seen)
                    return seen.Count(line => line.Text.StartsWith("line ", StringComparison.Ordinal)) == 50 && seen.Any(line => line is { Error: true, Text: "leaving with 3" });
            },
            "all lines");
        await end.CancelAsync();
        await following;
        await bed.Target.RemoveOrphans(Bed.Local, [], Bed.Token, CancellationToken.None);
        await bed.Until(all => all.IsEmpty);

        var kept = new List<LogLine>();
        await foreach (var line in bed.Target.Logs(new(Bed.Local, null, Bed.Release('b'), null, 5, Follow: false), CancellationToken.None))
            kept.Add(line);
        Assert.Contains(kept, line => line.Text == "drained");
        Assert.All(kept, line => Assert.StartsWith("api-bbbbbbbbbbbb", line.Instance.ToString(), StringComparison.Ordinal));
    }

    private static IEnumerable<string> Expected()
        => Enumerable.Range(1, FloodLines).Select(i => $"line {i:D9} of a flood that fills the log of this instance until it must be rotated");
}
