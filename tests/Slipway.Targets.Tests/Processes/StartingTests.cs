using System.Diagnostics;
using Slipway.Releases.Ports;

namespace Slipway.Targets.Tests.Processes;

public sealed class StartingTests
{
    [Fact]
    public async Task An_instance_gets_a_port_of_its_own_and_its_environment()
    {
        await using var bed = new Bed();
        await bed.Ensure(bed.Workload(Bed.Service(), 2, 'a', ("GIT_SHA", "abc"), ("GREETING", "hello")));

        var seen = await bed.Until(all => all.Length == 2 && all.All(instance => instance.Ready));

        Assert.NotEqual(seen[0].Port, seen[1].Port);
        var variables = (await bed.Get(seen[0], "/env")).Split('\n');
        Assert.Contains("GIT_SHA=abc", variables);
        Assert.Contains("GREETING=hello", variables);
        Assert.Contains($"PORT={seen[0].Port}", variables);
        Assert.Contains($"SLIPWAY_INSTANCE={seen[0].Id}", variables);
        Assert.Contains("SLIPWAY_ENVIRONMENT=local", variables);
    }

    [Fact]
    public async Task A_command_that_is_missing_is_named_and_tried_again()
    {
        await using var bed = new Bed();
        await bed.Ensure(bed.Workload(Bed.Service("api", "./no-such-program")));

        var seen = await bed.UntilOne(instance => instance.Trouble is not null);

        Assert.Equal(InstancePhase.BackingOff, seen.Phase);
        Assert.Contains("There is no program ./no-such-program", seen.Trouble, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_exits_at_once_is_restarted_with_growing_pauses_and_its_last_words_are_told()
    {
        await using var bed = new Bed();
        await bed.Ensure(bed.Workload(Bed.Service("api", Bed.Fixture, "exit", "134")));

        var seen = await bed.UntilOne(instance => instance is { Restarts: >= 2, Phase: InstancePhase.BackingOff });

        Assert.Equal(134, seen.ExitCode);
        Assert.Contains("ended by signal 6", seen.Trouble, StringComparison.Ordinal);
        Assert.Contains("leaving with 134", seen.Trouble, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_never_listens_does_not_become_ready_and_is_restarted_when_its_start_takes_too_long()
    {
        await using var bed = new Bed();
        var service = Bed.Service() with { Health = new() { Startup = Bed.Http("/health", 100, 5), Smoke = [] } };
        await bed.Ensure(bed.Workload(service, 1, 'a', ("FIXTURE_LISTEN", "never")));

        var seen = await bed.UntilOne(instance => instance.Restarts >= 1);

        Assert.False(seen.Ready);
        Assert.Contains("did not start up within 0.5 s", seen.Trouble, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_listens_late_becomes_ready_soon_after_it_listens()
    {
        await using var bed = new Bed();
        var service = Bed.Service() with { Health = new() { Startup = Bed.Http("/health", 1000, 30), Ready = Bed.Http("/ready", 1000), Smoke = [] } };
        await bed.Ensure(bed.Workload(service, 1, 'a', ("FIXTURE_LISTEN", "600")));

        var waiting = await bed.UntilOne(instance => instance.Trouble is not null);
        Assert.Equal(InstancePhase.Starting, waiting.Phase);
        Assert.Contains("nothing listens there", waiting.Trouble, StringComparison.Ordinal);
        var ready = await bed.UntilOne(instance => instance.Ready);
        Assert.Null(ready.Trouble);
        Assert.InRange((ready.ReadyAt - ready.StartedAt)!.Value, TimeSpan.FromMilliseconds(600), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Asking_for_the_same_again_changes_nothing_and_for_fewer_ends_the_newest()
    {
        await using var bed = new Bed();
        await bed.Ensure(bed.Workload(Bed.Service(), 2));
        var before = await bed.Until(all => all.Length == 2 && all.All(instance => instance.Ready));
        await bed.Ensure(bed.Workload(Bed.Service(), 2));
        await bed.Ensure(bed.Workload(Bed.Service(), 3));
        await bed.Until(all => all.Length == 3 && all.All(instance => instance.Ready));
        await bed.Ensure(bed.Workload(Bed.Service(), 1));

        var after = await bed.UntilOne(_ => true);

        Assert.Contains(before, instance => instance.Id == after.Id && instance.StartedAt == after.StartedAt);
        Assert.EndsWith("-1", after.Id.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Readiness_is_seen_within_a_moment_of_the_truth()
    {
        await using var bed = new Bed();
        var service = Bed.Service() with { Health = new() { Startup = Bed.Http("/health", 1000, 30), Smoke = [] } };
        var told = new TaskCompletionSource();
        bed.Target.Changed += _ =>
        {
            if (bed.Target.Observe(Bed.Local, default).Result.Any(instance => instance.Ready))
                told.TrySetResult();
        };
        var started = Stopwatch.GetTimestamp();
        await bed.Ensure(bed.Workload(service));
        await told.Task.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(10));
    }
}
