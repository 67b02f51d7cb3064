using Slipway.Releases.Journals;

namespace Slipway.Releases.Leases;

/// <summary>Keeps a lease that was taken, by renewing it well before it ends.</summary>
public sealed class LeaseKeeper : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly TaskCompletionSource _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ILeaseStore _store;
    private readonly string _holder;
    private readonly LeaseTerms _terms;
    private readonly TimeProvider _clock;
    private readonly Task _renewing;
    private long _renewedAt;

    /// <summary>Begins to renew a lease.</summary>
    /// <param name="store">Where it is; owned from here on.</param>
    /// <param name="holder">Who has taken it.</param>
    /// <param name="terms">Its length.</param>
    /// <param name="clock">Only its timestamps are used, never its time of day.</param>
    public LeaseKeeper(ILeaseStore store, string holder, LeaseTerms terms, TimeProvider clock)
    {
        (_store, _holder, _terms, _clock) = (store, holder, terms, clock);
        _renewedAt = clock.GetTimestamp();
        _renewing = Task.Run(Renew);
    }

    /// <summary>Ends when another has taken the lease. It is never given back then.</summary>
    public Task Lost => _lost.Task;

    /// <summary>
    /// Whether nobody else can have taken it. False once it could not be renewed for its length, such as while the store is
    /// away; true again when it could be, since nobody had taken it then.
    /// </summary>
    public bool IsHeld => !_lost.Task.IsCompleted && _clock.GetElapsedTime(Interlocked.Read(ref _renewedAt)) < _terms.Length;

    /// <summary>Gives it back, so that the next one need not wait for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _renewing;
        try
        {
            _store.Release(_holder);
        }
        catch (JournalException)
        {
            // It ends by itself.
        }
        _store.Dispose();
        _end.Dispose();
    }

    private async Task Renew()
    {
        while (true)
        {
            await Task.Delay(_terms.RenewEvery, _clock, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_end.IsCancellationRequested)
                return;
            // From before the renewal on: whoever watches sees it only later.
            var began = _clock.GetTimestamp();
            try
            {
                if (!_store.Renew(_holder))
                {
                    _lost.TrySetResult();
                    return;
                }
                Interlocked.Exchange(ref _renewedAt, began);
            }
            catch (JournalException)
            {
                // Tried again; meanwhile no record can be written either.
            }
        }
    }
}
