using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;

namespace Slipway.Cli.Load;

/// <summary>
/// An open-loop load over HTTP/1.1: requests are sent when they fall due, whether earlier ones were answered or not, and
/// latency counts from then. A closed loop would slow down together with its target and hide what users see
/// ("coordinated omission", G. Tene).
/// </summary>
public static partial class OpenLoopLoad
{
    private static readonly TimeSpan s_sweep = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_report = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Runs a load until its duration is over or it is cancelled; either way the requests under way are waited for, at most
    /// their timeout. Throws <see cref="ArgumentException"/> on a plan that cannot be, <see cref="System.Net.Sockets.SocketException"/>
    /// when the target's name is unknown.
    /// </summary>
    /// <param name="plan">What to send.</param>
    /// <param name="progress">Told the counts every second; null for nobody.</param>
    /// <param name="cancel">Ends it early.</param>
    public static async Task<LoadReport> Run(LoadPlan plan, IProgress<LoadReport>? progress, CancellationToken cancel)
    {
        Check(plan);
        var target = await Resolve(plan.Target);
        var startedAt = Stopwatch.GetTimestamp();
        using var run = new LoadRun(plan, target, startedAt);
        using var sweeping = new CancellationTokenSource();
        var sweeper = Sweep(run, progress, sweeping.Token);
        var paced = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var pacer = new Thread(() => Pace(run, startedAt, paced, cancel)) { IsBackground = true, Name = "load" };
        pacer.Start();
        await paced.Task;
        run.Close();
        await run.Drained;
        await sweeping.CancelAsync();
        await sweeper;
        var report = run.Tally.Report();
        progress?.Report(report);
        return report;
    }

    private static void Check(LoadPlan plan)
    {
        if (plan.Target.Scheme != Uri.UriSchemeHttp)
            throw new ArgumentException($"{plan.Target} is no http address.", nameof(plan));
        if (!(plan.RatePerSecond > 0) || plan.Duration <= TimeSpan.Zero || plan.Timeout <= TimeSpan.Zero || plan.ConnectionsMax < 1)
            throw new ArgumentException("Rate, duration, timeout and connections must be more than 0.", nameof(plan));
        if (plan.Mix.IsDefaultOrEmpty || plan.Mix.Any(request => request.Weight < 1))
            throw new ArgumentException("A load needs a request, and each a weight of at least 1.", nameof(plan));
        if (plan.Mix.Select(request => request.Name).Distinct().Count() != plan.Mix.Length)
            throw new ArgumentException("Each kind of request needs a name of its own.", nameof(plan));
    }

    private static async Task<IPEndPoint> Resolve(Uri target)
    {
        if (IPAddress.TryParse(target.Host.Trim('[', ']'), out var address))
            return new(address, target.Port);
        var found = await Dns.GetHostAddressesAsync(target.Host);
        return new(found[0], target.Port);
    }

    /// <summary>Sends each request when it falls due. A thread of its own: a pool's timer is late by milliseconds.</summary>
    private static void Pace(LoadRun run, long startedAt, TaskCompletionSource paced, CancellationToken cancel)
    {
        try
        {
            var order = Order(run.Plan);
            var ticksApart = Stopwatch.Frequency / run.Plan.RatePerSecond;
            var end = startedAt + (long)(run.Plan.Duration.TotalSeconds * Stopwatch.Frequency);
            for (long number = 0; !cancel.IsCancellationRequested; number++)
            {
                var dueAt = startedAt + (long)(number * ticksApart);
                if (dueAt >= end)
                    break;
                WaitUntil(dueAt, cancel);
                if (!cancel.IsCancellationRequested)
                    run.Dispatch(new(number, order[number % order.Length], dueAt));
            }
            paced.SetResult();
        }
        catch (Exception error)
        {
            paced.SetException(error);
        }
    }

    /// <summary>The kinds by turns, each as often as its weight says and spread evenly (smooth weighted round robin, as in nginx).</summary>
    private static int[] Order(LoadPlan plan)
    {
        var total = plan.Mix.Sum(request => request.Weight);
        var current = new int[plan.Mix.Length];
        var order = new int[total];
        for (var turn = 0; turn < total; turn++)
        {
            var best = 0;
            for (var i = 0; i < current.Length; i++)
            {
                current[i] += plan.Mix[i].Weight;
                if (current[i] > current[best])
                    best = i;
            }
            current[best] -= total;
            order[turn] = best;
        }
        return order;
    }

    private static void WaitUntil(long dueAt, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            var left = dueAt - Stopwatch.GetTimestamp();
            if (left <= 0)
                return;
            var wait = TimeSpan.FromSeconds(Math.Min(0.05, (double)left / Stopwatch.Frequency));
            if (OperatingSystem.IsWindows())
                cancel.WaitHandle.WaitOne(wait);
            else
            {
                var request = new TimeSpec(0, (nint)(wait.TotalMicroseconds * 1000));
                _ = NanoSleep(request, 0); // Woken early by a signal: the loop looks at the clock again.
            }
        }
    }

    private static async Task Sweep(LoadRun run, IProgress<LoadReport>? progress, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(s_sweep);
        var reportedAt = Stopwatch.GetTimestamp();
        try
        {
            while (await timer.WaitForNextTickAsync(ended))
            {
                run.EndLate();
                if (progress is null || Stopwatch.GetElapsedTime(reportedAt) < s_report)
                    continue;
                reportedAt = Stopwatch.GetTimestamp();
                progress.Report(run.Tally.Report());
            }
        }
        catch (OperationCanceledException)
        {
            // Every request has ended.
        }
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int NanoSleep(in TimeSpec request, nint remaining);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct TimeSpec(nint seconds, nint nanoseconds)
    {
        public readonly nint Seconds = seconds;
        public readonly nint Nanoseconds = nanoseconds;
    }
}
