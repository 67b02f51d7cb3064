using Slipway.Core.Manifests;

namespace Slipway.Targets.Processes.Health;

/// <summary>
/// Asks the probes of one instance during one life of its process. Start-up first: asked every 25 ms while nothing listens,
/// then at a twentieth of the time that has passed, up to its period, so that readiness is seen soon after it is true.
/// </summary>
/// <param name="plan">What is asked.</param>
/// <param name="hasPort">Whether the instance listens.</param>
/// <param name="ask">Asks one check once.</param>
/// <param name="listener">Who is told.</param>
/// <param name="clock">The time.</param>
internal sealed class HealthWatch(
    HealthPlan plan, bool hasPort, Func<ProbeCheck, TimeSpan, CancellationToken, Task<ProbeAnswer>> ask, IHealthListener listener, TimeProvider clock)
{
    /// <summary>How long a service without any probe and without a port must run to count as started up.</summary>
    public static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_soonest = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan s_implicitBudget = TimeSpan.FromMinutes(1);

    /// <summary>Watches until the instance must be restarted, and gives the reason.</summary>
    /// <param name="startedAt">When its process was started.</param>
    /// <param name="startedUp">Whether it had started up when it was last seen.</param>
    /// <param name="ready">Whether it was ready then.</param>
    /// <param name="cancellation">Ends the watch.</param>
    public async Task<string> Run(DateTimeOffset startedAt, bool startedUp, bool ready, CancellationToken cancellation)
    {
        if (!startedUp)
        {
            if (await StartUp(startedAt, cancellation) is { } failure)
                return failure;
            listener.StartedUp();
        }
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var live = Live(startedAt, end.Token);
        var readiness = Readiness(startedAt, ready, end.Token);
        await Task.WhenAny(live, readiness);
        await end.CancelAsync();
        return await live;
    }

    private async Task<string?> StartUp(DateTimeOffset startedAt, CancellationToken cancellation)
    {
        var check = plan.Startup?.Check ?? plan.Live?.Check ?? (hasPort ? new ProbeCheck.Tcp() : null);
        if (check is null)
        {
            await Until(startedAt + Moment, cancellation);
            return null;
        }
        var probe = plan.Startup ?? new Probe(check, TimeSpan.Zero, TimeSpan.FromSeconds(1), plan.Live?.Timeout ?? TimeSpan.FromSeconds(1), 1, 1);
        var budget = plan.Startup is { } given ? given.Delay + (given.Period * given.FailureThreshold) : s_implicitBudget;
        await Until(startedAt + probe.Delay, cancellation);
        var passes = 0;
        while (true)
        {
            var answer = await ask(check, probe.Timeout, cancellation);
            passes = answer.Passed ? passes + 1 : 0;
            if (passes >= probe.SuccessThreshold)
                return null;
            if (clock.GetUtcNow() - startedAt >= budget)
                return $"did not start up within {Seconds(budget)}: {answer.Explanation}";
            if (!answer.Passed)
                listener.StillWaiting(answer.Explanation);
            await Pause(startedAt, probe.Period, answer, cancellation);
        }
    }

    private async Task<string> Live(DateTimeOffset startedAt, CancellationToken cancellation)
    {
        if (plan.Live is not { } probe)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, clock, cancellation);
            return "";
        }
        await Until(startedAt + probe.Delay, cancellation);
        var failures = 0;
        while (true)
        {
            await Task.Delay(probe.Period, clock, cancellation);
            var answer = await ask(probe.Check, probe.Timeout, cancellation);
            failures = answer.Passed ? 0 : failures + 1;
            if (failures >= probe.FailureThreshold)
                return $"failed its liveness probe {Times(failures)}: {answer.Explanation}";
        }
    }

    private async Task Readiness(DateTimeOffset startedAt, bool ready, CancellationToken cancellation)
    {
        if (plan.Ready is not { } probe)
        {
            if (!ready)
                listener.ReadyChanged(true, "started up");
            await Task.Delay(Timeout.InfiniteTimeSpan, clock, cancellation);
            return;
        }
        await Until(startedAt + probe.Delay, cancellation);
        var firstTime = !ready;
        var run = 0;
        while (true)
        {
            var answer = await ask(probe.Check, probe.Timeout, cancellation);
            run = answer.Passed == ready ? 0 : run + 1;
            if (run >= (ready ? probe.FailureThreshold : probe.SuccessThreshold))
            {
                ready = !ready;
                run = 0;
                firstTime = false;
                listener.ReadyChanged(ready, ready ? answer.Explanation : $"failed its readiness probe {Times(probe.FailureThreshold)}: {answer.Explanation}");
            }
            else if (!ready && !answer.Passed)
            {
                listener.StillWaiting(answer.Explanation);
            }
            if (firstTime && !answer.Passed)
                await Pause(startedAt, probe.Period, answer, cancellation);
            else
                await Task.Delay(probe.Period, clock, cancellation);
        }
    }

    private Task Pause(DateTimeOffset startedAt, TimeSpan period, ProbeAnswer answer, CancellationToken cancellation)
    {
        var grown = answer.Refused ? s_soonest : (clock.GetUtcNow() - startedAt) / 20;
        var pause = grown < s_soonest ? s_soonest : grown;
        return Task.Delay(pause < period ? pause : period, clock, cancellation);
    }

    private async Task Until(DateTimeOffset when, CancellationToken cancellation)
    {
        // A timer may fire a moment early.
        while (when - clock.GetUtcNow() is { Ticks: > 0 } left)
            await Task.Delay(left, clock, cancellation);
    }

    private static string Times(int count) => count == 1 ? "once" : $"{count} times in a row";

    private static string Seconds(TimeSpan time) => $"{time.TotalSeconds:0.#} s";
}
