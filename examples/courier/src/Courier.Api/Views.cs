using System.Text.Json.Serialization;
using Courier.Messages;

namespace Courier.Api;

/// <summary>A message as callers see it.</summary>
internal sealed record MessageView(
    string Id, string Status, string Recipient, string ContentType, int BodyBytes, DateTimeOffset CreatedAt, DateTimeOffset SendAt,
    DateTimeOffset UpdatedAt, int AttemptCount, DateTimeOffset? NextAttemptAt, string? LastError, string? RecurringId,
    string RequestId, IReadOnlyList<AttemptView>? Attempts)
{
    public static MessageView Of(Message message) => Of(message, null);

    public static MessageView Of(Message message, IReadOnlyList<Attempt>? attempts) => new(
        message.Id.ToString(), StatusName(message.Status), message.Recipient.ToString(), message.Body.ContentType,
        message.Body.Bytes.Length, message.CreatedAt, message.SendAt, message.UpdatedAt, message.Attempts, message.NextAttemptAt,
        message.LastError, message.Tick?.RecurringId.ToString(), message.Correlation.RequestId,
        attempts is null ? null : [.. attempts.Select(AttemptView.Of)]);

    public static string StatusName(MessageStatus status) => status switch
    {
        MessageStatus.Pending => "pending",
        MessageStatus.Delivered => "delivered",
        MessageStatus.Dead => "dead",
        _ => "cancelled",
    };
}

/// <summary>An attempt as callers see it.</summary>
internal sealed record AttemptView(int Number, DateTimeOffset StartedAt, double DurationMs, int? StatusCode, string? Error)
{
    public static AttemptView Of(Attempt attempt)
        => new(attempt.Number, attempt.StartedAt, attempt.Duration.TotalMilliseconds, attempt.StatusCode, attempt.Error);
}

/// <summary>A recurring message as callers see it; <c>Upcoming</c> are its next times on the recipient's clock.</summary>
internal sealed record RecurringView(
    string Id, string Recipient, string ContentType, string Cron, string TimeZone, string Gap, string Overlap,
    DateTimeOffset CreatedAt, DateTimeOffset? NextAt, DateTimeOffset? LastAt, IReadOnlyList<DateTimeOffset> Upcoming)
{
    private const int UpcomingCount = 3;

    public static RecurringView Of(RecurringMessage recurring)
    {
        var upcoming = new List<DateTimeOffset>(UpcomingCount);
        for (var at = recurring.NextAt; at is { } tick && upcoming.Count < UpcomingCount; at = recurring.Recurrence.Next(tick))
            upcoming.Add(TimeZoneInfo.ConvertTime(tick, recurring.Recurrence.Zone));
        return new(
            recurring.Id.ToString(), recurring.Recipient.ToString(), recurring.Body.ContentType,
            recurring.Recurrence.Cron.ToString(), recurring.Recurrence.Zone.Id,
            recurring.Recurrence.Gap.ToString().ToLowerInvariant(), recurring.Recurrence.Overlap.ToString().ToLowerInvariant(),
            recurring.CreatedAt, upcoming is [var next, ..] ? next : null, recurring.LastAt, upcoming);
    }
}

/// <summary>A part of a listing as callers see it; no <c>NextCursor</c> means it is the last.</summary>
internal sealed record PageView<T>(IReadOnlyList<T> Items, string? NextCursor)
{
    public static PageView<T> Of<TItem>(Page<TItem> page, Func<TItem, T> view)
        => new([.. page.Items.Select(view)], page.Next?.ToString());
}

/// <summary>A token as its holder gets it.</summary>
internal sealed record TokenView(string Token, DateTimeOffset ExpiresAt);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(MessageView))]
[JsonSerializable(typeof(RecurringView))]
[JsonSerializable(typeof(TokenView))]
[JsonSerializable(typeof(PageView<MessageView>))]
[JsonSerializable(typeof(PageView<RecurringView>))]
internal sealed partial class ViewsContext : JsonSerializerContext;
