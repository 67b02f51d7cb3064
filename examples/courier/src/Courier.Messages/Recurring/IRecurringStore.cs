namespace Courier.Messages;

/// <summary>Keeps recurring messages and who may turn them into messages.</summary>
public interface IRecurringStore
{
    /// <summary>Keeps a new one.</summary>
    Task CreateAsync(RecurringMessage recurring, CancellationToken cancellation);

    /// <summary>One, or null.</summary>
    Task<RecurringMessage?> FindAsync(RecurringId id, CancellationToken cancellation);

    /// <summary>All, newest first.</summary>
    Task<Page<RecurringMessage>> ListAsync(Cursor? after, int limit, CancellationToken cancellation);

    /// <summary>Ends one; what it sent already stays. False when there is none.</summary>
    Task<bool> DeleteAsync(RecurringId id, CancellationToken cancellation);

    /// <summary>Those with a tick at or before <paramref name="now"/>, the oldest tick first.</summary>
    Task<IReadOnlyList<RecurringMessage>> DueAsync(DateTimeOffset now, int limit, CancellationToken cancellation);

    /// <summary>Takes or prolongs the lead among schedulers; null while another has it that was not started before this one.</summary>
    /// <param name="scheduler">Who asks.</param>
    /// <param name="start">The fencing token of its start, which rises with every start; 0 when nobody gives one.</param>
    /// <param name="lease">How long it keeps the lead without prolonging it.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    Task<Lead?> TryLeadAsync(string scheduler, long start, TimeSpan lease, CancellationToken cancellation);

    /// <summary>Gives the lead up, so that another need not wait for the lease to end.</summary>
    Task ResignAsync(Lead lead, CancellationToken cancellation);

    /// <summary>
    /// Turns a tick into a message and moves on to the next, in one transaction that a stale lead cannot pass and that the
    /// unique pair of recurring message and tick lets happen once.
    /// </summary>
    Task<TickOutcome> TickAsync(Lead lead, RecurringMessage recurring, TickDecision decision, CancellationToken cancellation);
}

/// <summary>The right to tick.</summary>
/// <param name="Scheduler">Who has it.</param>
/// <param name="Fence">Grows with every change of hands; a smaller one is refused.</param>
public sealed record Lead(string Scheduler, long Fence);

/// <summary>What became of a tick.</summary>
public enum TickOutcome
{
    /// <summary>Its message is queued.</summary>
    Sent,

    /// <summary>It was too late and left out.</summary>
    Skipped,

    /// <summary>It was done before, or the recurring message is gone.</summary>
    Past,

    /// <summary>Another scheduler leads; nothing was changed.</summary>
    Fenced,
}
