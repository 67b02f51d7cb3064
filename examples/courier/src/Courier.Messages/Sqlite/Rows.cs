using Microsoft.Data.Sqlite;

namespace Courier.Messages.Sqlite;

/// <summary>Rows of the tables as values.</summary>
internal static class Rows
{
    public const string MessageColumns = """
        m.id, m.recipient, m.content_type, m.body, m.status, m.created_ms, m.send_ms, m.updated_ms, m.attempts, m.last_error,
        m.request_id, m.trace_id, m.recurring_id, m.tick_ms, d.visible_ms
        """;

    public const string RecurringColumns =
        "id, recipient, content_type, body, cron, zone, gap, overlap, created_ms, next_ms, last_ms";

    public static Message Message(SqliteDataReader row) => new()
    {
        Id = MessageId.Parse(row.GetString(0)),
        Recipient = Recipient.Parse(row.GetString(1)),
        Body = new(row.GetString(2), (byte[])row.GetValue(3)),
        Status = (MessageStatus)row.GetInt64(4),
        CreatedAt = Time(row, 5),
        SendAt = Time(row, 6),
        UpdatedAt = Time(row, 7),
        Attempts = row.GetInt32(8),
        LastError = row.IsDBNull(9) ? null : row.GetString(9),
        Correlation = new(row.GetString(10), row.GetString(11)),
        Tick = row.IsDBNull(12) ? null : new(RecurringId.Parse(row.GetString(12)), Time(row, 13)),
        NextAttemptAt = row.IsDBNull(14) ? null : Time(row, 14),
    };

    public static Attempt Attempt(SqliteDataReader row) => new(
        row.GetInt32(0), Time(row, 1), TimeSpan.FromMilliseconds(row.GetInt64(2)),
        row.IsDBNull(3) ? null : row.GetInt32(3), row.IsDBNull(4) ? null : row.GetString(4), row.GetString(5));

    public static RecurringMessage Recurring(SqliteDataReader row)
    {
        if (!CronExpression.TryParse(row.GetString(4), out var cron, out var fault))
            throw new FormatException(fault);
        var zone = TimeZoneInfo.FindSystemTimeZoneById(row.GetString(5));
        return new(
            RecurringId.Parse(row.GetString(0)), Recipient.Parse(row.GetString(1)),
            new(row.GetString(2), (byte[])row.GetValue(3)),
            new(cron, zone, (GapRule)row.GetInt64(6), (OverlapRule)row.GetInt64(7)),
            Time(row, 8), row.IsDBNull(9) ? null : Time(row, 9), row.IsDBNull(10) ? null : Time(row, 10));
    }

    public static DateTimeOffset Time(SqliteDataReader row, int column)
        => DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));

    /// <summary>Milliseconds since 1970, which is how the tables keep times.</summary>
    public static long Ms(this DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    /// <summary>Adds a message and its place in the queue.</summary>
    public static void Insert(this SqliteSession session, Message message)
    {
        session.Execute(
            """
            INSERT INTO messages (id, recipient, content_type, body, status, created_ms, send_ms, updated_ms, request_id,
                trace_id, recurring_id, tick_ms)
            VALUES ($1, $2, $3, $4, 0, $5, $6, $5, $7, $8, $9, $10)
            """,
            message.Id.ToString(), message.Recipient.ToString(), message.Body.ContentType, message.Body.Bytes.ToArray(),
            message.CreatedAt.Ms(), message.SendAt.Ms(), message.Correlation.RequestId, message.Correlation.TraceId,
            message.Tick?.RecurringId.ToString(), message.Tick?.At.Ms());
        session.Execute(
            "INSERT INTO deliveries (message_id, visible_ms) VALUES ($1, $2)", message.Id.ToString(), message.SendAt.Ms());
    }

    public static Message? Find(this SqliteSession session, string id)
        => session.Query(
            $"SELECT {MessageColumns} FROM messages m LEFT JOIN deliveries d ON d.message_id = m.id WHERE m.id = $1",
            Message, id) is [var message] ? message : null;

    /// <summary>Numbers an attempt and keeps it.</summary>
    public static void Insert(this SqliteSession session, string messageId, Attempt attempt)
        => session.Execute(
            """
            INSERT INTO attempts (message_id, number, started_ms, duration_ms, status_code, error, worker)
            SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4, $5, $6 FROM attempts WHERE message_id = $1
            """,
            messageId, attempt.StartedAt.Ms(), (long)attempt.Duration.TotalMilliseconds, attempt.StatusCode, attempt.Error,
            attempt.Worker);
}
