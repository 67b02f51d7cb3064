using System.Diagnostics.CodeAnalysis;

namespace Courier.Messages;

/// <summary>Names a recurring message.</summary>
public readonly record struct RecurringId
{
    private const string Prefix = "rec_";
    private readonly Guid _value;

    private RecurringId(Guid value) => _value = value;

    /// <summary>A new id.</summary>
    public static RecurringId New(DateTimeOffset now) => new(Guid.CreateVersion7(now));

    /// <summary>Reads <c>rec_</c> and 32 hexadecimal digits.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out RecurringId id)
    {
        var isId = IdText.TryParse(text, Prefix, out var value);
        id = new(value);
        return isId;
    }

    /// <summary>An id that is known to be one; a bug throws.</summary>
    public static RecurringId Parse(string text) => new(IdText.Parse(text, Prefix));

    /// <inheritdoc/>
    public override string ToString() => $"{Prefix}{_value:N}";
}

/// <summary>A message that is sent again and again by the recipient's clock.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Recipient">Where it goes.</param>
/// <param name="Body">What it says.</param>
/// <param name="Recurrence">When.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="NextAt">The next tick; null when there is none.</param>
/// <param name="LastAt">The last tick that was sent; null before the first.</param>
public sealed record RecurringMessage(
    RecurringId Id, Recipient Recipient, MessageBody Body, Recurrence Recurrence, DateTimeOffset CreatedAt,
    DateTimeOffset? NextAt, DateTimeOffset? LastAt)
{
    /// <summary>Ticks missed by more than this are skipped when a later one is due too.</summary>
    public static readonly TimeSpan CatchUp = TimeSpan.FromHours(1);

    /// <summary>
    /// What to do with the due tick: after a long absence the latest one is sent however late it is, of the earlier ones
    /// only those of the last hour.
    /// </summary>
    public TickDecision Decide(DateTimeOffset now)
    {
        var at = NextAt ?? throw new InvalidOperationException($"{Id} has no tick.");
        var following = Recurrence.Next(at);
        return new(at, following, Send: at >= now - CatchUp || following is null || following > now);
    }
}

/// <summary>What to do with a due tick.</summary>
/// <param name="At">Which.</param>
/// <param name="Following">The one after it; null when there is none.</param>
/// <param name="Send">Whether it is sent, or skipped as too late.</param>
public sealed record TickDecision(DateTimeOffset At, DateTimeOffset? Following, bool Send);
