using Slipway.Core.Manifests;
using Slipway.Targets.Processes.Health;

namespace Slipway.Targets.Tests.Processes;

/// <summary>The thresholds and times of probes, by a clock that is moved by hand.</summary>
public sealed class HealthWatchTests : IHealthListener
{
    private readonly HandClock _clock = new();
    private readonly List<string> _told = [];
    private readonly List<double> _asked = [];
    private readonly DateTimeOffset _start;

    public HealthWatchTests() => _start = _clock.GetUtcNow();

    [Fact]
    public void While_nothing_listens_it_asks_every_25_ms_and_then_less_often()
    {
        Run(new() { Startup = Probe("/health", 1000, 30), Smoke = [] }, elapsed => new(elapsed > 2000, "", Refused: elapsed < 1000), seconds: 3);

        Assert.Equal(Enumerable.Range(0, 41).Select(i => i * 25.0), _asked.Take(41));
        Assert.Equal(2, _told.Count);
        Assert.InRange(_asked[^1], 2000, 2100);
        Assert.InRange(_asked.Count, 41, 70);
    }

    [Fact]
    public void A_start_may_take_its_period_times_its_failures()
    {
        var reason = Run(new() { Startup = Probe("/health", 500, 4), Smoke = [] }, _ => new(false, "no"), seconds: 10, endsItself: true);

        Assert.Equal("did not start up within 2 s: no", reason);
        Assert.InRange(_asked[^1], 2000, 2500);
    }

    [Fact]
    public void Liveness_fails_only_by_failures_in_a_row()
    {
        var count = 0;
        var plan = new HealthPlan { Live = Probe("/health", 1000, 3), Smoke = [] };
        var reason = Run(plan, elapsed => new(elapsed < 500 || count++ % 3 == 2 && count < 9, "no"), seconds: 60, endsItself: true);

        Assert.Equal("failed its liveness probe 3 times in a row: no", reason);
        Assert.Equal(9, _asked[^1] / 1000);
    }

    [Fact]
    public void Readiness_is_lost_and_won_by_its_thresholds()
    {
        var plan = new HealthPlan { Ready = Probe("/ready", 1000, 2) with { SuccessThreshold = 3 }, Smoke = [] };
        Run(plan, elapsed => new(elapsed is < 5000 or > 9500, "seen"), seconds: 20);

        Assert.Equal(["started up at 0", "ready at 2000", "not ready at 6000", "ready at 12000"], _told);
    }

    [Fact]
    public void An_adopted_instance_keeps_its_readiness_until_the_threshold_says_otherwise()
    {
        var plan = new HealthPlan { Ready = Probe("/ready", 1000, 3), Smoke = [] };
        Run(plan, _ => new(false, "seen"), seconds: 5, startedUp: true, ready: true);

        Assert.Equal(["not ready at 2000"], _told);
    }

    void IHealthListener.StartedUp() => _told.Add($"started up at {Elapsed:0}");

    void IHealthListener.ReadyChanged(bool ready, string why) => _told.Add($"{(ready ? "ready" : "not ready")} at {Elapsed:0}");

    void IHealthListener.StillWaiting(string why)
    {
    }

    private double Elapsed => (_clock.GetUtcNow() - _start).TotalMilliseconds;

    private static Probe Probe(string path, int periodMs, int failures)
        => new(new ProbeCheck.Http(path), TimeSpan.Zero, TimeSpan.FromMilliseconds(periodMs), TimeSpan.FromSeconds(1), 1, failures);

    private string? Run(HealthPlan plan, Func<double, ProbeAnswer> answer, int seconds, bool startedUp = false, bool ready = false, bool endsItself = false)
    {
        Task<ProbeAnswer> Ask(ProbeCheck check, TimeSpan timeout, CancellationToken cancellation)
        {
            // A service without probes of its start is asked for its port; that is no question of the plan.
            if (check is not ProbeCheck.Http)
                return Task.FromResult(new ProbeAnswer(true, ""));
            _asked.Add(Elapsed);
            return Task.FromResult(answer(Elapsed));
        }

        using var end = new CancellationTokenSource();
        var watch = new HealthWatch(plan, hasPort: true, Ask, this, _clock).Run(_start, startedUp, ready, end.Token);
        while (!watch.IsCompleted && _clock.Step(_start.AddSeconds(seconds)))
        {
        }
        // What ends the other probe runs on another thread.
        var reason = endsItself ? watch.WaitAsync(TimeSpan.FromSeconds(30)).GetAwaiter().GetResult() : null;
        end.Cancel();
        return reason;
    }
}
