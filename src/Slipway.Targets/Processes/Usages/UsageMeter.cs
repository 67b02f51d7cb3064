using System.Collections.Immutable;
using System.Diagnostics;
using Slipway.Releases.Ports;
using Slipway.Targets.Processes.Instances;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Processes.Usages;

/// <summary>Measures one instance: memory and processor time of its session, and what it tells under <c>/metrics</c>.</summary>
/// <param name="runner">The instance.</param>
/// <param name="clock">The time.</param>
internal sealed class UsageMeter(InstanceRunner runner, TimeProvider clock)
{
    private const int Window = 5;
    private static readonly TimeSpan s_wantedPeriod = TimeSpan.FromSeconds(1.9);
    private static readonly TimeSpan s_poolPeriod = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_poolPeriodWithout = TimeSpan.FromMinutes(1);
    private readonly Queue<(long At, long Ticks)> _samples = new();
    private ProcessIdentity? _process;
    private ImmutableHashSet<string> _wanted = [];
    private long _askNext;
    private volatile Told? _told;
    private Task _asking = Task.CompletedTask;

    /// <summary>What it last told of what gates want; null when it was not asked for that.</summary>
    public InstanceMetrics? Metrics => _told?.Metrics;

    /// <summary>Measures it once.</summary>
    /// <param name="rows">The processes of its session.</param>
    /// <param name="wanted">The metrics that gates want.</param>
    /// <param name="cancellation">Ends a question that is under way.</param>
    public Usage Measure(IEnumerable<ProcessRow> rows, ImmutableHashSet<string> wanted, CancellationToken cancellation)
    {
        if (_process != runner.Process)
        {
            _process = runner.Process;
            _samples.Clear();
            (_told, _askNext) = (null, 0);
        }
        if (!_wanted.SetEquals(wanted))
            (_wanted, _askNext) = (wanted, 0);
        long pages = 0;
        long ticks = 0;
        foreach (var row in rows)
        {
            pages += row.ResidentPages;
            ticks += row.CpuTicks;
        }
        AskMetrics(cancellation);
        var resources = runner.Record.Limits;
        return new(
            runner.Group?.MemoryBytes() ?? (pages * Environment.SystemPageSize), resources.MemoryBytes, Cores(ticks), resources.CpuCores, _told?.Pool);
    }

    private double Cores(long ticks)
    {
        var now = Stopwatch.GetTimestamp();
        _samples.Enqueue((now, ticks));
        if (_samples.Count > Window)
            _samples.Dequeue();
        var (at, before) = _samples.Peek();
        var seconds = Stopwatch.GetElapsedTime(at, now).TotalSeconds;
        // A child that has ended takes its time along: never less than nothing.
        return seconds <= 0 ? 0 : Math.Max(0, ticks - before) / (double)ProcessRow.TicksPerSecond / seconds;
    }

    private void AskMetrics(CancellationToken cancellation)
    {
        if (!_asking.IsCompleted || runner.Record is not { Port: { } port, StartedUp: true } || Stopwatch.GetTimestamp() < _askNext)
            return;
        _asking = Ask(port, cancellation);
    }

    private async Task Ask(int port, CancellationToken cancellation)
    {
        var (process, wanted) = (_process, _wanted);
        var (metrics, pool) = await MetricsScrape.Ask(port, runner.Record.Service.Protocol, wanted, clock, cancellation);
        // What the process before has told says nothing of the present one.
        if (_process != process)
            return;
        _told = new(wanted.IsEmpty ? null : metrics, pool);
        var wait = !wanted.IsEmpty && metrics.Trouble is null ? s_wantedPeriod : wanted.IsEmpty && pool is null ? s_poolPeriodWithout : s_poolPeriod;
        _askNext = Stopwatch.GetTimestamp() + (long)(wait.TotalSeconds * Stopwatch.Frequency);
    }

    private sealed record Told(InstanceMetrics? Metrics, double? Pool);
}
