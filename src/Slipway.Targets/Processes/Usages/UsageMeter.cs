using System.Diagnostics;
using Slipway.Releases.Ports;
using Slipway.Targets.Processes.Instances;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Processes.Usages;

/// <summary>Measures one instance: memory and processor time of its session, and the pool that it tells of.</summary>
/// <param name="runner">The instance.</param>
internal sealed class UsageMeter(InstanceRunner runner)
{
    private const int Window = 5;
    private static readonly TimeSpan s_poolPeriod = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_poolPeriodWithout = TimeSpan.FromMinutes(1);
    private readonly Queue<(long At, long Ticks)> _samples = new();
    private ProcessIdentity? _process;
    private long _poolNext;
    private double? _pool;
    private Task _asking = Task.CompletedTask;

    /// <summary>Measures it once.</summary>
    /// <param name="rows">The processes of its session.</param>
    /// <param name="cancellation">Ends a question that is under way.</param>
    public Usage Measure(IEnumerable<ProcessRow> rows, CancellationToken cancellation)
    {
        if (_process != runner.Process)
        {
            _process = runner.Process;
            _samples.Clear();
            _pool = null;
            _poolNext = 0;
        }
        long pages = 0;
        long ticks = 0;
        foreach (var row in rows)
        {
            pages += row.ResidentPages;
            ticks += row.CpuTicks;
        }
        AskPool(cancellation);
        var resources = runner.Record.Limits;
        return new(
            runner.Group?.MemoryBytes() ?? (pages * Environment.SystemPageSize), resources.MemoryBytes, Cores(ticks), resources.CpuCores, _pool);
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

    private void AskPool(CancellationToken cancellation)
    {
        if (!_asking.IsCompleted || runner.Record is not { Port: { } port, StartedUp: true } || Stopwatch.GetTimestamp() < _poolNext)
            return;
        _asking = Ask(port, cancellation);
    }

    private async Task Ask(int port, CancellationToken cancellation)
    {
        _pool = await PoolScrape.Ask(port, cancellation);
        var wait = _pool is null ? s_poolPeriodWithout : s_poolPeriod;
        _poolNext = Stopwatch.GetTimestamp() + (long)(wait.TotalSeconds * Stopwatch.Frequency);
    }
}
