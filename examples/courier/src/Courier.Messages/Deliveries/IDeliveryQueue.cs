namespace Courier.Messages;

/// <summary>
/// Hands deliveries to workers. A delivery that was taken is nobody else's until its lease ends; one whose worker is lost
/// comes back by itself and the loss counts as an attempt, so that a message that kills workers ends as a dead letter.
/// </summary>
public interface IDeliveryQueue
{
    /// <summary>Takes up to <paramref name="count"/> deliveries that are due.</summary>
    Task<IReadOnlyList<Delivery>> TakeAsync(string worker, int count, TimeSpan lease, CancellationToken cancellation);

    /// <summary>Says what became of one. False when its lease has passed to another, and nothing was changed.</summary>
    Task<bool> SettleAsync(Delivery delivery, Settlement settlement, CancellationToken cancellation);

    /// <summary>What is in the queue.</summary>
    Task<QueueDepth> DepthAsync(CancellationToken cancellation);
}

/// <summary>A message to deliver now.</summary>
/// <param name="Lease">Proof of the lease, different each time it is taken.</param>
/// <param name="MessageId">Which message.</param>
/// <param name="Recipient">Where to.</param>
/// <param name="Body">What.</param>
/// <param name="Attempts">Attempts made since it was queued or replayed.</param>
/// <param name="SendAt">When it was first due.</param>
/// <param name="Correlation">The request it came from.</param>
public sealed record Delivery(
    long Lease, MessageId MessageId, Recipient Recipient, MessageBody Body, int Attempts, DateTimeOffset SendAt,
    Correlation Correlation);

/// <summary>What became of a delivery.</summary>
public abstract record Settlement
{
    private Settlement()
    {
    }

    /// <summary>The recipient has it.</summary>
    public sealed record Delivered(Attempt Attempt) : Settlement;

    /// <summary>It failed and is tried again later.</summary>
    public sealed record Retry(Attempt Attempt, DateTimeOffset At) : Settlement;

    /// <summary>It is given up; <paramref name="Attempt"/> is null when there was none this time.</summary>
    public sealed record Dead(Attempt? Attempt, string Reason) : Settlement;

    /// <summary>It was not tried: the destination rests, or the worker stops. Counts as no attempt.</summary>
    public sealed record Postponed(DateTimeOffset At) : Settlement;
}

/// <summary>What is in the queue.</summary>
/// <param name="Due">Could be taken now.</param>
/// <param name="Waiting">Waits for its time.</param>
/// <param name="Taken">Is with a worker.</param>
/// <param name="Dead">Dead letters.</param>
public sealed record QueueDepth(long Due, long Waiting, long Taken, long Dead);
