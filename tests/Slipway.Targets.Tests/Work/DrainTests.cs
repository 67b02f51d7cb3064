using System.Diagnostics;
using Slipway.Core.Manifests;
using Slipway.Releases.Ports;
using Slipway.Targets.Processes.Instances;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Tests.Work;

public sealed class DrainTests
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_worker_that_is_asked_to_end_finishes_what_it_has_and_takes_nothing_new()
    {
        await using var bed = new Bed();
        var jobs = new JobFolder(bed);
        for (var number = 0; number < 50; number++)
            jobs.Add(number, s_short);
        var worker = await Begin(bed, jobs, Worker(jobs));

        await Remove(bed, worker);
        await bed.Until(all => all.IsEmpty);

        var ended = Assert.Single(await Ended(bed));
        Assert.Equal((worker.Id, 0, false), (ended.Id, ended.ExitCode, ended.Killed));
        Assert.Equal(0, jobs.Taken);
        Assert.Equal(50, jobs.Due + jobs.Done.Count);
        Assert.NotEmpty(jobs.Done);
    }

    [Fact]
    public async Task A_worker_gives_back_what_it_cannot_finish_in_time()
    {
        await using var bed = new Bed();
        var jobs = new JobFolder(bed);
        jobs.Add(1, s_long);
        var worker = await Begin(bed, jobs, Worker(jobs), ("FIXTURE_DRAIN", "100"));

        await Remove(bed, worker);
        await bed.Until(all => all.IsEmpty);

        Assert.Equal((1, 0), (jobs.Due, jobs.Taken));
        Assert.Empty(jobs.Done);
        Assert.False(Assert.Single(await Ended(bed)).Killed);
    }

    [Fact]
    public async Task One_that_does_not_end_is_killed_and_that_is_told_also_by_the_next_control_plane()
    {
        await using var bed = new Bed();
        var jobs = new JobFolder(bed);
        jobs.Add(1, s_long);
        var worker = await Begin(bed, jobs, Worker(jobs) with { StopGrace = s_short }, ("FIXTURE_IGNORE_TERM", "1"));

        await Remove(bed, worker);
        Assert.Contains("is killed at", (await bed.UntilOne(one => one.Phase == InstancePhase.Stopping && one.Trouble is not null)).Trouble, StringComparison.Ordinal);
        await bed.Until(all => all.IsEmpty);

        Assert.Equal((true, 137), (Assert.Single(await Ended(bed)).Killed, (await Ended(bed))[0].ExitCode));
        await bed.Restart();
        Assert.True(Assert.Single(await Ended(bed)).Killed);
        Assert.Equal(1, jobs.Taken);
    }

    [Fact]
    public async Task A_stopped_one_is_killed_too()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs signals.");
        await using var bed = new Bed();
        var jobs = new JobFolder(bed);
        jobs.Add(1, s_long);
        var worker = await Begin(bed, jobs, Worker(jobs) with { StopGrace = s_short });
        Posix.Kill(Record(bed, worker).Process!.Pid, 19);

        await Remove(bed, worker);
        await bed.Until(all => all.IsEmpty);

        Assert.True(Assert.Single(await Ended(bed)).Killed);
    }

    [Fact]
    public async Task A_control_plane_that_dies_in_the_middle_of_a_drain_changes_nothing_of_it()
    {
        await using var bed = new Bed();
        var jobs = new JobFolder(bed);
        jobs.Add(1, s_long);
        var grace = TimeSpan.FromSeconds(3);
        var worker = await Begin(bed, jobs, Worker(jobs) with { StopGrace = grace }, ("FIXTURE_IGNORE_TERM", "1"));
        var output = Path.Combine(bed.Home.Instances(Bed.Local), worker.Id.ToString(), "stdout.log");
        var began = Stopwatch.GetTimestamp();

        await Remove(bed, worker);
        await Bed.UntilTrue(() => Record(bed, worker).AskedToEndAt is not null, "it was asked");
        await Task.Delay(TimeSpan.FromSeconds(1));
        await bed.Restart();
        Assert.Equal(InstancePhase.Stopping, (await bed.UntilOne(_ => true)).Phase);
        await bed.Until(all => all.IsEmpty);

        // Asked once, and killed when its time was over: not sooner, and not a whole grace after the new one began.
        var took = Stopwatch.GetElapsedTime(began);
        Assert.Single((await File.ReadAllLinesAsync(output)), "ignoring SIGTERM");
        var ended = Assert.Single(await Ended(bed));
        Assert.True(ended.Killed);
        Assert.True(took >= grace - TimeSpan.FromMilliseconds(200), $"after {took}");
        Assert.InRange(ended.EndedAt - ended.AskedAt, grace - TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(30));
    }

    private static Service Worker(JobFolder jobs)
        => Bed.Service("worker", Bed.Fixture, "work", jobs.Path) with { Kind = ServiceKind.Worker, Port = null, StopGrace = TimeSpan.FromSeconds(20) };

    private static async Task<Instance> Begin(Bed bed, JobFolder jobs, Service service, params (string, string)[] variables)
    {
        await bed.Ensure(bed.Workload(service, 1, 'a', variables));
        var worker = await bed.UntilOne(one => one.Ready);
        await Bed.UntilTrue(() => jobs.Taken > 0, "it has a job under way");
        return worker;
    }

    private static Task Remove(Bed bed, Instance instance)
        => bed.Target.Remove(Bed.Local, instance.Release, instance.Service, Bed.Token, CancellationToken.None);

    private static async Task<IReadOnlyList<EndedInstance>> Ended(Bed bed) => await bed.Target.Ended(Bed.Local, CancellationToken.None);

    private static InstanceRecord Record(Bed bed, Instance instance)
        => new InstanceFolder(Path.Combine(bed.Home.Instances(Bed.Local), instance.Id.ToString())).Load()!;
}
