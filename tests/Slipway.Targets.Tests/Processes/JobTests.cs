using Slipway.Core.Manifests;
using Slipway.Releases.Ports;
using Slipway.Targets.Processes.Instances;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Tests.Processes;

public sealed class JobTests
{
    [Theory]
    [InlineData("0")]
    [InlineData("3")]
    public async Task A_job_runs_once_however_it_ends_and_its_end_is_known_to_whoever_comes_next(string code)
    {
        await using var bed = new Bed();
        await bed.Ensure(bed.Workload(Job(Bed.Fixture, "exit", code)));
        var ended = await bed.UntilOne(seen => seen.Phase == InstancePhase.Ended);
        Assert.Equal((int.Parse(code), code == "0"), (ended.ExitCode, ended.Ready));

        await bed.Restart();
        await bed.Ensure(bed.Workload(Job(Bed.Fixture, "exit", code)));
        var again = await bed.UntilOne(seen => seen.Phase == InstancePhase.Ended);
        Assert.Equal((int.Parse(code), 0, ended.StartedAt), (again.ExitCode, again.Restarts, again.StartedAt));
    }

    [Fact]
    public async Task A_job_that_ends_while_nobody_watches_has_its_end_written_down()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs a shell.");
        await using var bed = new Bed();
        var go = Path.Combine(bed.Folder, "go");
        await bed.Ensure(bed.Workload(Job("/bin/sh", "-c", "while [ ! -e \"$0\" ]; do sleep 0.05; done; exit 7", go)));
        var running = await bed.UntilOne(seen => seen.Phase == InstancePhase.Running);
        await bed.Target.DisposeAsync();
        await File.WriteAllTextAsync(go, "");
        var folder = new InstanceFolder(Path.Combine(bed.Home.Instances(Bed.Local), running.Id.ToString()));
        await Bed.UntilTrue(() => File.Exists(folder.Ended), "the end to be written down");

        await bed.Restart();
        var ended = await bed.UntilOne(seen => seen.Phase == InstancePhase.Ended);
        Assert.Equal(7, ended.ExitCode);
        Assert.Contains("exited with code 7", ended.Trouble);
    }

    [Fact]
    public async Task A_job_that_is_ended_takes_all_of_its_group_with_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /proc.");
        await using var bed = new Bed();
        var job = Job("/bin/sh", "-c", "trap '' TERM; sleep 600 & sleep 601") with { StopGrace = TimeSpan.FromMilliseconds(200) };
        await bed.Ensure(bed.Workload(job));
        var running = await bed.UntilOne(seen => seen.Phase == InstancePhase.Running);
        var mark = new InstanceFolder(Path.Combine(bed.Home.Instances(Bed.Local), running.Id.ToString())).Mark;
        await Bed.UntilTrue(() => Marked(mark).Count() >= 3, "all of it to run");
        await bed.Target.Remove(Bed.Local, Bed.Release(), job.Name, Bed.Token, CancellationToken.None);
        await bed.Until(all => all.IsEmpty);
        Assert.Empty(Marked(mark));
    }

    [Fact]
    public async Task Two_that_both_start_a_job_run_it_once()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs a shell.");
        await using var bed = new Bed();
        var folder = Folder(bed);
        var ran = Path.Combine(bed.Folder, "ran");
        var request = new JobRun(folder).Wrap(new(
            "/bin/sh", ["-c", "echo once >> \"$0\"", ran], Environment(), bed.Folder, new SpawnOutput.ToFile(folder.Output), new SpawnOutput.ToFile(folder.Error)));
        var all = Enumerable.Range(0, 8).Select(_ => RunningProcess.Start(request)).ToList();
        var codes = new List<int>();
        foreach (var one in all)
            codes.Add(await one.Finish(TimeSpan.FromSeconds(5), CancellationToken.None));
        Assert.Equal([0, .. Enumerable.Repeat(125, 7)], codes.Order());
        Assert.Equal(["once"], await File.ReadAllLinesAsync(ran));
        Assert.Equal(0, new JobRun(folder).ExitCode(125));
    }

    [Theory]
    [InlineData(true, false, null, false, null)]
    [InlineData(true, true, null, true, null)]
    [InlineData(false, false, null, true, null)]
    [InlineData(true, true, "4", true, 4)]
    [InlineData(true, true, "", true, null)]
    [InlineData(true, true, "rubbish", true, null)]
    public async Task What_may_have_run_is_never_taken_for_what_has_not(bool thisBoot, bool begun, string? written, bool done, int? code)
    {
        await using var bed = new Bed();
        var folder = Folder(bed);
        if (begun)
            await File.WriteAllTextAsync(folder.Begun, "");
        if (written is not null)
            await File.WriteAllTextAsync(folder.Ended, written);
        var record = new InstanceRecord
        {
            Id = Bed.Name<InstanceId>("job-aaaaaaaaaaaa-1"),
            Release = Bed.Release(),
            Service = Job("x"),
            Ordinal = 1,
            SourceFolder = bed.Folder,
            Development = false,
            CreatedAt = DateTimeOffset.UtcNow,
            LaunchedAtBoot = thisBoot ? ProcessIdentity.CurrentBoot : "another",
        };
        var concluded = new JobRun(folder).Concluded(record);
        Assert.Equal((done, code), (concluded.Done, concluded.ExitCode));
        Assert.False(new JobRun(folder).Concluded(record with { LaunchedAtBoot = null }).Done && written is null);
    }

    private static InstanceFolder Folder(Bed bed)
        => new(Directory.CreateDirectory(Path.Combine(bed.Folder, "job")).FullName);

    private static IEnumerable<int> Marked(string mark)
        => ProcessRow.ReadAll().Where(row => !row.IsZombie && ProcessRow.HasVariable(row.Pid, mark) is true).Select(row => row.Pid);

    private static System.Collections.Immutable.ImmutableSortedDictionary<string, string> Environment()
        => System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add("PATH", System.Environment.GetEnvironmentVariable("PATH") ?? "/bin");

    private static Service Job(params string[] run) => Bed.Service("job", run) with { Kind = ServiceKind.Job, Port = null, Job = JobPlan.Default };
}
