using Slipway.Releases.Ports;

namespace Slipway.Targets.Tests.Processes;

public sealed class HealthTests
{
    [Fact]
    public async Task An_instance_that_loses_its_readiness_is_not_ready_after_the_threshold_and_ready_again_later()
    {
        await using var bed = new Bed();
        var service = Bed.Service() with { Health = new() { Ready = Bed.Http("/ready", 50, 3), Smoke = [] } };
        await bed.Ensure(bed.Workload(service));
        var instance = await bed.UntilOne(seen => seen.Ready);

        await bed.Get(instance, "/faults?ready=fail");
        var lost = await bed.UntilOne(seen => !seen.Ready);
        Assert.Equal(InstancePhase.Running, lost.Phase);
        Assert.Contains("failed its readiness probe 3 times in a row: GET /ready answered 503", lost.Trouble, StringComparison.Ordinal);
        await bed.Get(instance, "/faults?ready=ok");
        var back = await bed.UntilOne(seen => seen.Ready);

        Assert.Null(back.Trouble);
        Assert.Equal(0, back.Restarts);
    }

    [Fact]
    public async Task An_instance_that_fails_its_liveness_probe_is_restarted()
    {
        await using var bed = new Bed();
        var service = Bed.Service() with { Health = new() { Live = Bed.Http("/health", 50, 2), Smoke = [] } };
        await bed.Ensure(bed.Workload(service));
        var instance = await bed.UntilOne(seen => seen.Ready);

        await bed.Get(instance, "/faults?health=fail");
        var failing = await bed.UntilOne(seen => !seen.Ready);
        Assert.Contains("failed its liveness probe 2 times in a row: GET /health answered 503", failing.Trouble, StringComparison.Ordinal);
        var again = await bed.UntilOne(seen => seen is { Ready: true, Restarts: 1 });

        Assert.Null(again.Trouble);
        Assert.Equal(instance.Port, again.Port);
    }

    [Fact]
    public async Task A_probe_that_is_never_answered_fails_by_its_timeout()
    {
        await using var bed = new Bed();
        var service = Bed.Service() with { Health = new() { Live = Bed.Http("/health", 50, 1, timeoutMs: 200), Smoke = [] } };
        await bed.Ensure(bed.Workload(service));
        var instance = await bed.UntilOne(seen => seen.Ready);

        await bed.Get(instance, "/faults?health=hang");
        var failing = await bed.UntilOne(seen => seen.Trouble is not null);

        Assert.Contains("GET /health was not answered within 0.2 s", failing.Trouble, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_probe_runs_with_the_settings_of_the_instance()
    {
        await using var bed = new Bed();
        var probe = Bed.Http("/", 50) with { Check = new Core.Manifests.ProbeCheck.Command(new(["sh", "-c", "echo seen $GREETING; test \"$GREETING\" = hello"])) };
        var service = Bed.Service() with { Health = new() { Ready = probe, Smoke = [] } };
        await bed.Ensure(bed.Workload(service, 1, 'a', ("GREETING", "hello")));
        await bed.Ensure(bed.Workload(service, 1, 'b', ("GREETING", "good-bye")));

        var seen = await bed.Until(all => all.Any(one => one.Ready) && all.Any(one => one.Trouble?.Contains("exited with code 1: seen good-bye", StringComparison.Ordinal) == true));

        Assert.Equal(Bed.Release(), seen.Single(one => one.Ready).Release);
    }

    [Fact]
    public async Task A_service_without_a_port_is_ready_when_it_has_run_for_a_moment()
    {
        await using var bed = new Bed();
        var service = Bed.Service("worker") with { Port = null };
        await bed.Ensure(bed.Workload(service));

        var ready = await bed.UntilOne(seen => seen.Ready);

        Assert.Null(ready.Port);
        Assert.True(ready.ReadyAt - ready.StartedAt >= TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Smoke_checks_tell_what_they_saw()
    {
        await using var bed = new Bed();
        Core.Manifests.SmokeCheck Check(string path, int? status, string? contains, int timeoutMs = 5000)
            => new(path, new Core.Manifests.ProbeCheck.Http(path), "POST", "{}", status, contains, TimeSpan.FromMilliseconds(timeoutMs));
        var service = Bed.Service() with
        {
            Health = new()
            {
                Smoke =
                [
                    Check("/echo", null, "{}"), Check("/status/500", null, null), Check("/status/418", 418, "status"), Check("/version", 200, "nothing"), Check("/slow?ms=5000", 200, null, 200),
                    new("command", new Core.Manifests.ProbeCheck.Command(new(["sh", "-c", "exit 4"])), "GET", null, null, null, TimeSpan.FromSeconds(5)),
                ],
            },
        };
        await bed.Ensure(bed.Workload(service));
        var instance = await bed.UntilOne(seen => seen.Ready);

        var outcomes = await bed.Target.Smoke(Bed.Local, instance.Id, CancellationToken.None);

        Assert.Equal([true, false, true, false, false, false], outcomes.Select(outcome => outcome.Passed));
        Assert.Equal("POST /status/500 answered 500, expected 200 to 299: status 500", outcomes[1].Explanation);
        Assert.Equal("POST /version answered 200 without \"nothing\": 0.0.0", outcomes[3].Explanation);
        Assert.Equal("POST /slow?ms=5000 was not answered within 0.2 s", outcomes[4].Explanation);
        Assert.Equal("\"sh -c \"exit 4\"\" exited with code 4", outcomes[5].Explanation);
    }
}
