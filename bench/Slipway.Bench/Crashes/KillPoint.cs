using System.Diagnostics;
using Slipway.Core.Routing;

namespace Slipway.Bench.Crashes;

/// <summary>
/// Kills a control plane at its N-th write: a record of the journal, its head, the record of an instance before or after it is started,
/// a fence, a route table. The kernel tells of each (inotify), and SIGKILL follows at once or after a moment, so that the points lie
/// in the middle of what takes a while. A route table is told of when it is written, before it is on disk, live and answered for.
/// </summary>
internal sealed class KillPoint : IDisposable
{
    private static readonly string[] s_names = ["journal.db-wal", "journal.head", "instance.json", TableSlots.First, TableSlots.Second, "gateway.json", "fence"];
    private readonly FileSystemWatcher _watcher;
    private readonly Process _victim;
    private readonly int _number;
    private readonly int _delayMicroseconds;
    private int _seen;

    public KillPoint(string home, Process victim, int number, int delayMicroseconds)
    {
        (_victim, _number, _delayMicroseconds) = (victim, number, delayMicroseconds);
        _watcher = new(home) { IncludeSubdirectories = true, InternalBufferSize = 1 << 16, NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite };
        _watcher.Changed += Saw;
        _watcher.Renamed += Saw;
        _watcher.Created += Saw;
        _watcher.EnableRaisingEvents = true;
    }

    /// <summary>The file at whose write it was killed; null while it was not.</summary>
    public string? KilledAt { get; private set; }

    public void Dispose() => _watcher.Dispose();

    private void Saw(object sender, FileSystemEventArgs change)
    {
        var name = Path.GetFileName(change.Name ?? "");
        if (!s_names.Contains(name) || Interlocked.Increment(ref _seen) != _number)
            return;
        var since = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(since).TotalMicroseconds < _delayMicroseconds)
            Thread.SpinWait(20);
        try
        {
            _victim.Kill();
            KilledAt = name;
        }
        catch (InvalidOperationException)
        {
            // It had ended.
        }
    }
}
