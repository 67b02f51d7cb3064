namespace Slipway.Releases.Running;

/// <summary>Wakes a loop that waits; a call while it does not wait is remembered, once.</summary>
internal sealed class Wakeup
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _waiting;
    private bool _called;

    /// <summary>Wakes the loop.</summary>
    public void Call()
    {
        lock (_lock)
        {
            _called = _waiting is null;
            _waiting?.TrySetResult();
            _waiting = null;
        }
    }

    /// <summary>Waits for a call, for a time at most.</summary>
    public async Task Wait(TimeSpan timeMax, TimeProvider clock, CancellationToken cancellation)
    {
        Task called;
        lock (_lock)
        {
            if (_called)
            {
                _called = false;
                return;
            }
            _waiting ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            called = _waiting.Task;
        }
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAny(called, Task.Delay(timeMax, clock, end.Token));
        await end.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
    }
}
