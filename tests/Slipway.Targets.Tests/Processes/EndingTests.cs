using System.Diagnostics;
using Slipway.Core.Manifests;
using Slipway.Releases.Ports;
using Slipway.Targets.Processes.Logs;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Tests.Processes;

public sealed class EndingTests
{
    [Fact]
    public async Task An_instance_that_ignores_SIGTERM_is_killed_after_its_grace()
    {
        await using var bed = new Bed();
        var service = Bed.Service() with { StopGrace = TimeSpan.FromMilliseconds(400) };
        await bed.Ensure(bed.Workload(service, 1, 'a', ("FIXTURE_IGNORE_TERM", "1")));
        var instance = await bed.UntilOne(seen => seen.Ready);
        var started = Stopwatch.GetTimestamp();

        await bed.Target.Remove(Bed.Local, instance.Release, instance.Service, Bed.Token, CancellationToken.None);

        Assert.Equal(InstancePhase.Stopping, (await bed.Observe()).Single().Phase);
        await bed.Until(all => all.IsEmpty);
        Assert.True(Stopwatch.GetElapsedTime(started) >= TimeSpan.FromMilliseconds(400));
    }

    [Theory]
    [InlineData("sleep 1000", true)]
    [InlineData("true", false)]
    public async Task A_kill_is_told_before_it_is_done_and_only_where_there_is_one(string script, bool told)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Looks at /proc.");
        await using var bed = new Bed();
        var output = new SpawnOutput.ToFile(Path.Combine(bed.Folder, "output"));
        var process = RunningProcess.Start(new("/bin/sh", ["-c", script], new Dictionary<string, string>(), bed.Folder, output, output));
        if (!told)
            await process.Ended;
        var lived = new List<bool>();

        await process.EndWithin(TimeSpan.FromMilliseconds(100), CancellationToken.None, () => lived.Add(ProcessRow.Read(process.Identity.Pid) is { IsZombie: false }));

        Assert.Equal(told ? [true] : [], lived);
        Assert.Null(ProcessRow.Read(process.Identity.Pid));
    }

    [Fact]
    public async Task An_instance_that_is_asked_to_end_lets_its_requests_end_first()
    {
        await using var bed = new Bed();
        await bed.Ensure(bed.Workload(Bed.Service()));
        var instance = await bed.UntilOne(seen => seen.Ready);
        var slow = bed.Get(instance, "/slow?ms=500");
        await Task.Delay(100);

        await bed.Target.Remove(Bed.Local, instance.Release, instance.Service, Bed.Token, CancellationToken.None);

        Assert.Contains("GET /slow", await slow, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FIXTURE_CHILDREN")]
    [InlineData("FIXTURE_STRAYS")]
    public async Task Its_children_end_with_it_even_those_that_left_its_session(string kind)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Strays are found by /proc, which only Linux has.");
        await using var bed = new Bed();
        await bed.Ensure(bed.Workload(Bed.Service(), 1, 'a', (kind, "2")));
        var instance = await bed.UntilOne(seen => seen.Ready);
        var children = Children(bed, instance);
        Assert.Equal(2, children.Count);
        Assert.All(children, child => Assert.NotNull(ProcessRow.Read(child)));

        await bed.Target.Remove(Bed.Local, instance.Release, instance.Service, Bed.Token, CancellationToken.None);
        await bed.Until(all => all.IsEmpty);

        Assert.All(children, child => Assert.True(ProcessRow.Read(child) is null or { IsZombie: true }));
    }

    [Fact]
    public async Task Children_of_an_instance_that_crashed_do_not_outlive_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /proc.");
        await using var bed = new Bed();
        await bed.Ensure(bed.Workload(Bed.Service(), 1, 'a', ("FIXTURE_CHILDREN", "1")));
        var instance = await bed.UntilOne(seen => seen.Ready);
        var child = Children(bed, instance).Single();

        await bed.Get(instance, "/exit/3");
        await bed.UntilOne(seen => seen is { Restarts: 1, Ready: true });

        Assert.True(ProcessRow.Read(child) is null or { IsZombie: true });
    }

    [Fact]
    public async Task A_job_that_has_done_its_work_is_not_started_again()
    {
        await using var bed = new Bed();
        var service = Bed.Service("job", Bed.Fixture, "exit", "0") with { Kind = ServiceKind.Job, Port = null };
        await bed.Ensure(bed.Workload(service));

        var done = await bed.UntilOne(seen => seen.ExitCode == 0);
        Assert.True(done.Ready);
        await bed.Restart();
        await bed.Ensure(bed.Workload(service));
        await Task.Delay(300);

        Assert.Equal(0, (await bed.UntilOne(_ => true)).Restarts);
    }

    private static List<int> Children(Bed bed, Instance instance)
    {
        var log = new LogFile(Path.Combine(bed.Home.Instances(Bed.Local), instance.Id.ToString(), "stdout.log"), 1000, 1);
        return [.. log.Tail(100).Lines.Where(line => line.StartsWith("child ", StringComparison.Ordinal)).Select(line => int.Parse(line[6..]))];
    }
}
