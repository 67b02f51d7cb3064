using System.IO.Pipes;

namespace Slipway.Targets.Processes.Commands;

/// <summary>Reads a pipe to its end, so that who writes never waits, and keeps so much of it.</summary>
internal sealed class PipeReading
{
    private readonly Lock _lock = new();
    private readonly List<byte> _kept = [];
    private readonly int _bytesMax;
    private readonly Action? _overflow;
    private volatile bool _isOverflown;

    /// <param name="from">The pipe.</param>
    /// <param name="bytesMax">How much is kept.</param>
    /// <param name="overflow">Told once when there is more than that, of which the first is kept; null to keep the last.</param>
    /// <param name="abandoned">Ends the reading, though somebody may keep the pipe open.</param>
    public PipeReading(PipeStream from, int bytesMax, Action? overflow, CancellationToken abandoned)
    {
        (_bytesMax, _overflow) = (bytesMax, overflow);
        Ended = Task.Factory.StartNew(() => Read(from, abandoned), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Ends with the pipe, or soon after it was abandoned.</summary>
    public Task Ended { get; }

    /// <summary>Whether there was more than is kept.</summary>
    public bool IsOverflown => _isOverflown;

    /// <summary>What has been kept so far.</summary>
    public byte[] Bytes
    {
        get
        {
            lock (_lock)
                return [.. _kept];
        }
    }

    private void Read(PipeStream from, CancellationToken abandoned)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            int got;
            while (PipeTurn.ToRead(from, abandoned) && (got = from.Read(buffer)) > 0)
                Keep(buffer.AsSpan(0, got));
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Nobody waits for more of it.
            return;
        }
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            if (!_isOverflown || _overflow is null)
                _kept.AddRange(bytes);
            if (_kept.Count <= _bytesMax)
                return;
            if (_overflow is null)
                _kept.RemoveRange(0, _kept.Count - _bytesMax);
            else
                _kept.RemoveRange(_bytesMax, _kept.Count - _bytesMax);
            if (_isOverflown)
                return;
            _isOverflown = true;
        }
        _overflow?.Invoke();
    }
}
