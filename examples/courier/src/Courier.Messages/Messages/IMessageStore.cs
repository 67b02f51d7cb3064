namespace Courier.Messages;

/// <summary>
/// Keeps messages. Accepting, cancelling and replaying change the message and its place in the queue together: in the
/// embedded store in one transaction, with a broker through an outbox that the store keeps.
/// </summary>
public interface IMessageStore
{
    /// <summary>Takes a message on; once this has returned it survives a crash.</summary>
    Task<Acceptance> AcceptAsync(Message message, IdempotencyKey? key, CancellationToken cancellation);

    /// <summary>One message, or null.</summary>
    Task<Message?> FindAsync(MessageId id, CancellationToken cancellation);

    /// <summary>The attempts of a message, oldest first.</summary>
    Task<IReadOnlyList<Attempt>> AttemptsAsync(MessageId id, CancellationToken cancellation);

    /// <summary>Messages, newest first, of one status or of all.</summary>
    Task<Page<Message>> ListAsync(MessageStatus? status, Cursor? after, int limit, CancellationToken cancellation);

    /// <summary>Takes a pending message back.</summary>
    Task<Change> CancelAsync(MessageId id, CancellationToken cancellation);

    /// <summary>Queues a dead letter again, with all its attempts before it.</summary>
    Task<Change> ReplayAsync(MessageId id, CancellationToken cancellation);

    /// <summary>Forgets settled messages and idempotency keys older than these times; at most a bounded number at once.</summary>
    /// <returns>How many messages were forgotten.</returns>
    Task<int> ForgetAsync(DateTimeOffset settledBefore, DateTimeOffset keysBefore, CancellationToken cancellation);

    /// <summary>Asks the store for a sign of life.</summary>
    Task PingAsync(CancellationToken cancellation);
}

/// <summary>A caller's key for a request, and the print of what it asked for.</summary>
/// <param name="Value">1 to 200 printable ASCII characters.</param>
/// <param name="Fingerprint">Equal for equal requests.</param>
public sealed record IdempotencyKey(string Value, string Fingerprint);

/// <summary>What became of a request to send.</summary>
public abstract record Acceptance
{
    private Acceptance()
    {
    }

    /// <summary>It is new.</summary>
    public sealed record Accepted(Message Message) : Acceptance;

    /// <summary>The same request was accepted before; this is its message.</summary>
    public sealed record Repeated(Message Message) : Acceptance;

    /// <summary>The key was used before for another request.</summary>
    public sealed record KeyReused : Acceptance;
}

/// <summary>What became of a request to change a message.</summary>
public abstract record Change
{
    private Change()
    {
    }

    /// <summary>Done; or it was so already.</summary>
    public sealed record Done(Message Message) : Change;

    /// <summary>There is no such message.</summary>
    public sealed record Unknown : Change;

    /// <summary>Not from the status it has, or while it is being delivered.</summary>
    public sealed record Refused(string Reason) : Change;
}

/// <summary>The store cannot be reached, or does not answer in time. The request may be repeated.</summary>
public sealed class StoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
