using System.Collections.Immutable;
using System.Diagnostics;
using Slipway.Releases.Ports;
using Slipway.Targets.Processes.Instances;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Tests.Processes;

public sealed class AdoptionTests
{
    [Fact]
    public async Task A_new_target_takes_on_what_runs_and_disturbs_nothing()
    {
        await using var bed = new Bed();
        var service = Bed.Service() with { Health = new() { Ready = Bed.Http("/ready", 50), Smoke = [] } };
        await bed.Ensure(bed.Workload(service, 2));
        var before = await bed.Until(all => all.Length == 2 && all.All(one => one.Ready));
        var slow = bed.Get(before[0], "/slow?ms=500");

        var started = Stopwatch.GetTimestamp();
        await bed.Restart();
        var after = await bed.Observe();
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(2));

        Assert.All(after, one => Assert.True(one.Ready));
        await bed.Ensure(bed.Workload(service, 2), token: 2);
        await slow;
        var last = await bed.Until(all => all.Length == 2 && all.All(one => one.Ready));
        Assert.Equal(before.Select(one => $"{one.Id} {one.StartedAt:O} {one.Port}").Order(), last.Select(one => $"{one.Id} {one.StartedAt:O} {one.Port}").Order());
        await bed.Get(last[0], "/faults?ready=fail");
        await bed.Until(all => all.Count(one => one.Ready) == 1);
    }

    [Fact]
    public async Task An_adopted_instance_that_ends_waits_for_its_settings_before_it_is_started_again()
    {
        await using var bed = new Bed();
        await bed.Ensure(bed.Workload(Bed.Service(), 1, 'a', ("GREETING", "hello")));
        var before = await bed.UntilOne(one => one.Ready);
        await bed.Restart();
        await bed.Get(before, "/exit/7");

        var waiting = await bed.UntilOne(one => one.Phase == InstancePhase.BackingOff);
        Assert.Contains("exited with code 7", waiting.Trouble, StringComparison.Ordinal);
        await bed.Ensure(bed.Workload(Bed.Service(), 1, 'a', ("GREETING", "hello")));
        var again = await bed.UntilOne(one => one.Ready);

        Assert.Equal(1, again.Restarts);
        Assert.Contains("GREETING=hello", await bed.Get(again, "/env"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_that_has_got_the_number_of_an_instance_is_not_touched()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Start times come from /proc.");
        await using var bed = new Bed();
        await bed.Ensure(bed.Workload(Bed.Service()));
        var instance = await bed.UntilOne(one => one.Ready);
        await bed.Target.DisposeAsync();
        var folder = new InstanceFolder(Path.Combine(bed.Home.Instances(Bed.Local), instance.Id.ToString()));
        var record = folder.Load()!;
        Posix.Kill(-record.Process!.Pid, Posix.SigKill);
        using var stranger = Process.Start(new ProcessStartInfo("sleep", "1000") { UseShellExecute = false })!;
        try
        {
            folder.Save(record with { Process = record.Process with { Pid = stranger.Id } });
            await bed.Restart();
            Assert.Contains("ended while no control plane watched it", (await bed.UntilOne(one => one.Trouble is not null)).Trouble, StringComparison.Ordinal);
            await bed.Target.RemoveOrphans(Bed.Local, [], Bed.Token, CancellationToken.None);
            await bed.Until(all => all.IsEmpty);

            Assert.False(stranger.HasExited);
        }
        finally
        {
            stranger.Kill();
        }
    }

    [Fact]
    public async Task What_nobody_owns_is_ended_and_what_somebody_owns_is_not()
    {
        await using var bed = new Bed();
        await bed.Ensure(bed.Workload(Bed.Service(), 1, 'a'));
        await bed.Ensure(bed.Workload(Bed.Service(), 1, 'b'));
        await bed.Until(all => all.Length == 2 && all.All(one => one.Ready));
        await bed.Restart();

        var known = ImmutableHashSet.Create(new WorkloadKey(Bed.Release('b'), Bed.Service().Name));
        await bed.Target.RemoveOrphans(Bed.Local, known, Bed.Token, CancellationToken.None);

        var left = await bed.UntilOne(_ => true);
        Assert.Equal(Bed.Release('b'), left.Release);
        Assert.True(left.Ready);
    }

    [Fact]
    public async Task A_process_that_was_started_but_never_recorded_is_found_by_its_mark()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Marks are read from /proc.");
        await using var bed = new Bed();
        await bed.Ensure(bed.Workload(Bed.Service()));
        var instance = await bed.UntilOne(one => one.Ready);
        await bed.Target.DisposeAsync();
        var folder = new InstanceFolder(Path.Combine(bed.Home.Instances(Bed.Local), instance.Id.ToString()));
        folder.Save(folder.Load()! with { Process = null, StartedUp = false, Ready = false });

        await bed.Restart();

        var found = await bed.UntilOne(one => one.Ready);
        Assert.Equal(0, found.Restarts);
        Assert.Equal(instance.Port, found.Port);
    }

    [Fact]
    public async Task What_runs_under_a_record_that_cannot_be_read_is_ended()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Marks are read from /proc.");
        await using var bed = new Bed();
        await bed.Ensure(bed.Workload(Bed.Service()));
        var instance = await bed.UntilOne(one => one.Ready);
        await bed.Target.DisposeAsync();
        var folder = new InstanceFolder(Path.Combine(bed.Home.Instances(Bed.Local), instance.Id.ToString()));
        var pid = folder.Load()!.Process!.Pid;
        await File.WriteAllTextAsync(folder.RecordPath, "{ \"id\": ");

        await bed.Restart();
        await bed.Target.RemoveOrphans(Bed.Local, [], Bed.Token, CancellationToken.None);

        await Bed.UntilTrue(() => ProcessRow.Read(pid) is null or { IsZombie: true }, "the process has gone");
        Assert.Empty(await bed.Observe());
    }

    [Fact]
    public async Task A_control_plane_that_was_replaced_is_refused_also_after_a_restart()
    {
        await using var bed = new Bed();
        await bed.Ensure(bed.Workload(Bed.Service(), 0), token: 5);
        await bed.Restart();

        var refused = await Assert.ThrowsAsync<StaleFencingTokenException>(() => bed.Ensure(bed.Workload(Bed.Service()), token: 4));
        Assert.Contains("token 5", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StaleFencingTokenException>(
            () => bed.Target.Remove(Bed.Local, Bed.Release(), Bed.Service().Name, new(4), CancellationToken.None));
        Assert.Empty(await bed.Observe());
    }

    [Fact]
    public async Task No_secret_stands_in_what_is_kept_of_an_instance()
    {
        await using var bed = new Bed();
        await bed.Ensure(bed.Workload(Bed.Service(), 1, 'a', ("PASSWORD", "marked-secret-value")));
        await bed.UntilOne(one => one.Ready);

        foreach (var file in Directory.EnumerateFiles(bed.Home.Path, "*", SearchOption.AllDirectories))
            Assert.DoesNotContain("marked-secret-value", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
    }
}
