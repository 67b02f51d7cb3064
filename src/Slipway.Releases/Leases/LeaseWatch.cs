namespace Slipway.Releases.Leases;

/// <summary>
/// Watches a lease that another holds. It has ended once it was not renewed for its whole length, by the watcher's own
/// monotonic clock: no clock of a wall is asked, so that none can be set wrong.
/// </summary>
/// <param name="store">Where the lease is.</param>
/// <param name="terms">Its length.</param>
/// <param name="clock">Only its timestamps are used, never its time of day.</param>
public sealed class LeaseWatch(ILeaseStore store, LeaseTerms terms, TimeProvider clock)
{
    private LeaseRow? _seen;
    private TimeSpan _quiet;
    private long _lookedAt;

    /// <summary>Whether it was renewed between two looks, so that its holder lives.</summary>
    public bool SeenAlive { get; private set; }

    /// <summary>Looks once.</summary>
    /// <returns>The lease, and whether it has ended.</returns>
    /// <exception cref="Journals.JournalException">The store does not answer.</exception>
    public (LeaseRow Lease, bool HasEnded) Look()
    {
        var lease = store.Read();
        var now = clock.GetTimestamp();
        if (lease == _seen)
        {
            // Time in which nobody looked proves nothing: we may have been paused, or the store away, and the holder as well.
            var since = clock.GetElapsedTime(_lookedAt, now);
            _quiet += since < terms.LookEvery * 4 ? since : terms.LookEvery;
        }
        else
        {
            SeenAlive = _seen is not null && _seen.Holder == lease.Holder && !lease.IsFree;
            _quiet = TimeSpan.Zero;
        }
        (_seen, _lookedAt) = (lease, now);
        return (lease, lease.IsFree || _quiet >= terms.Length);
    }
}
