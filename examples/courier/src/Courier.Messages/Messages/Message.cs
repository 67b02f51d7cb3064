namespace Courier.Messages;

/// <summary>What is delivered, byte for byte.</summary>
/// <param name="ContentType">Sent as <c>Content-Type</c>.</param>
/// <param name="Bytes">At most <see cref="BytesMax"/>.</param>
public sealed record MessageBody(string ContentType, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The largest body accepted, in bytes.</summary>
    public const int BytesMax = 256 * 1024;
}

/// <summary>Where a message is in its life.</summary>
public enum MessageStatus
{
    /// <summary>Waits for its time or its next attempt, or is being delivered.</summary>
    Pending,

    /// <summary>Its recipient answered with success.</summary>
    Delivered,

    /// <summary>Given up; a dead letter that can be replayed.</summary>
    Dead,

    /// <summary>Taken back before it was delivered.</summary>
    Cancelled,
}

/// <summary>A message as the store knows it.</summary>
public sealed record Message
{
    /// <summary>Its id.</summary>
    public required MessageId Id { get; init; }

    /// <summary>Where it goes.</summary>
    public required Recipient Recipient { get; init; }

    /// <summary>What it says.</summary>
    public required MessageBody Body { get; init; }

    /// <summary>Where it is in its life.</summary>
    public required MessageStatus Status { get; init; }

    /// <summary>When it was accepted.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Its first attempt is not made before this.</summary>
    public required DateTimeOffset SendAt { get; init; }

    /// <summary>When its status or attempts last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Attempts made so far, those before a replay included.</summary>
    public required int Attempts { get; init; }

    /// <summary>When the next attempt is due; null once it is settled.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>Why the last attempt failed; null when none did.</summary>
    public string? LastError { get; init; }

    /// <summary>The request it came from.</summary>
    public required Correlation Correlation { get; init; }

    /// <summary>The recurring message it came from, and the tick; null for one sent by itself.</summary>
    public Tick? Tick { get; init; }
}

/// <summary>One occurrence of a recurring message; the pair is unique, which is what makes each tick happen once.</summary>
public sealed record Tick(RecurringId RecurringId, DateTimeOffset At);

/// <summary>One try to deliver.</summary>
/// <param name="Number">1 for the first; 0 until the store has numbered it.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="StatusCode">What the recipient answered; null when nothing came back.</param>
/// <param name="Error">Why it failed; null for success.</param>
/// <param name="Worker">The worker that tried.</param>
public sealed record Attempt(
    int Number, DateTimeOffset StartedAt, TimeSpan Duration, int? StatusCode, string? Error, string Worker);
