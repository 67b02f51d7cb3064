namespace Slipway.Releases.Running;

/// <summary>A number that rises with every change, and that can be waited for.</summary>
internal sealed class ChangeSignal
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _revision;

    /// <summary>How many changes there were.</summary>
    public long Revision => Interlocked.Read(ref _revision);

    /// <summary>Something changed.</summary>
    public void Raise()
    {
        lock (_lock)
        {
            Interlocked.Increment(ref _revision);
            _next.TrySetResult();
            _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Returns once there were more changes than the caller has seen.</summary>
    public Task WaitBeyond(long seen, CancellationToken cancellation)
    {
        lock (_lock)
            return _revision > seen ? Task.CompletedTask : _next.Task.WaitAsync(cancellation);
    }
}
