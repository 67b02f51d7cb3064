using Microsoft.Data.Sqlite;

namespace Courier.Messages.Sqlite;

/// <summary>
/// The queue in the SQLite file. A row is visible from <c>visible_ms</c> on; taking it moves that to the end of the lease,
/// so that an abandoned one comes back by itself.
/// </summary>
public sealed class SqliteDeliveryQueue(SqliteFile file, TimeProvider clock) : IDeliveryQueue
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<Delivery>> TakeAsync(
        string worker, int count, TimeSpan lease, CancellationToken cancellation)
    {
        // An idle worker asks several times a second; only one that finds something takes the lock.
        var due = await file.ReadAsync(
            session => session.Number("SELECT EXISTS (SELECT 1 FROM deliveries WHERE visible_ms <= $1)", Now), cancellation);
        return due == 0 ? [] : await file.WriteAsync(session => Take(session, worker, count, lease), CancellationToken.None);
    }

    /// <inheritdoc/>
    public Task<bool> SettleAsync(Delivery delivery, Settlement settlement, CancellationToken cancellation)
        => file.WriteAsync(session => Settle(session, delivery, settlement), cancellation);

    /// <inheritdoc/>
    public Task<QueueDepth> DepthAsync(CancellationToken cancellation)
        => file.ReadAsync(
            session => new QueueDepth(
                session.Number("SELECT COUNT(*) FROM deliveries WHERE visible_ms <= $1", Now),
                session.Number("SELECT COUNT(*) FROM deliveries WHERE visible_ms > $1 AND worker IS NULL", Now),
                session.Number("SELECT COUNT(*) FROM deliveries WHERE visible_ms > $1 AND worker IS NOT NULL", Now),
                session.Number("SELECT COUNT(*) FROM messages WHERE status = $1", (long)MessageStatus.Dead)),
            cancellation);

    private List<Delivery> Take(SqliteSession session, string worker, int count, TimeSpan lease)
    {
        var now = clock.GetUtcNow();
        var rows = session.Query(
            """
            SELECT d.message_id, m.recipient, m.content_type, m.body, d.attempts, m.send_ms, m.request_id, m.trace_id, d.worker
            FROM deliveries d JOIN messages m ON m.id = d.message_id
            WHERE d.visible_ms <= $1 ORDER BY d.visible_ms LIMIT $2
            """,
            Read, now.Ms(), (long)count);
        for (var i = 0; i < rows.Count; i++)
        {
            var (delivery, lost) = rows[i];
            if (lost is not null)
                rows[i] = (CountLost(session, delivery, lost, now), lost);
            session.Execute(
                "UPDATE deliveries SET visible_ms = $2, lease = $3, worker = $4, attempts = $5 WHERE message_id = $1",
                delivery.MessageId.ToString(), (now + lease).Ms(), delivery.Lease, worker, (long)rows[i].Delivery.Attempts);
        }

        return rows.ConvertAll(static row => row.Delivery);
    }

    private static Delivery CountLost(SqliteSession session, Delivery delivery, string worker, DateTimeOffset now)
    {
        var attempt = new Attempt(0, now, TimeSpan.Zero, null, $"{worker} was lost while it had the message.", worker);
        CountAttempt(session, delivery.MessageId.ToString(), attempt, now.Ms());
        return delivery with { Attempts = delivery.Attempts + 1 };
    }

    private static (Delivery Delivery, string? Lost) Read(SqliteDataReader row)
    {
        var delivery = new Delivery(
            // Drawn anew at every taking, so that no earlier holder can settle it, even after a replay.
            Random.Shared.NextInt64(1, long.MaxValue),
            MessageId.Parse(row.GetString(0)), Recipient.Parse(row.GetString(1)),
            new(row.GetString(2), (byte[])row.GetValue(3)), row.GetInt32(4), Rows.Time(row, 5),
            new(row.GetString(6), row.GetString(7)));
        return (delivery, row.IsDBNull(8) ? null : row.GetString(8));
    }

    private bool Settle(SqliteSession session, Delivery delivery, Settlement settlement)
    {
        var id = delivery.MessageId.ToString();
        if (session.Number("SELECT COUNT(*) FROM deliveries WHERE message_id = $1 AND lease = $2", id, delivery.Lease) == 0)
            return false;
        switch (settlement)
        {
            case Settlement.Delivered delivered:
                CountAttempt(session, id, delivered.Attempt, Now);
                Close(session, id, MessageStatus.Delivered, null);
                break;
            case Settlement.Retry retry:
                CountAttempt(session, id, retry.Attempt, Now);
                Release(session, id, retry.At, attempts: 1);
                break;
            case Settlement.Dead dead:
                if (dead.Attempt is not null)
                    CountAttempt(session, id, dead.Attempt, Now);
                Close(session, id, MessageStatus.Dead, dead.Reason);
                break;
            case Settlement.Postponed postponed:
                Release(session, id, postponed.At, attempts: 0);
                break;
        }

        return true;
    }

    private static void CountAttempt(SqliteSession session, string id, Attempt attempt, long nowMs)
    {
        session.Insert(id, attempt);
        session.Execute(
            "UPDATE messages SET attempts = attempts + 1, last_error = $2, updated_ms = $3 WHERE id = $1",
            id, attempt.Error, nowMs);
    }

    private static void Release(SqliteSession session, string id, DateTimeOffset at, int attempts)
        => session.Execute(
            """
            UPDATE deliveries SET visible_ms = $2, lease = NULL, worker = NULL, attempts = attempts + $3 WHERE message_id = $1
            """,
            id, at.Ms(), (long)attempts);

    private void Close(SqliteSession session, string id, MessageStatus status, string? error)
    {
        session.Execute("DELETE FROM deliveries WHERE message_id = $1", id);
        session.Execute(
            "UPDATE messages SET status = $2, last_error = $3, updated_ms = $4 WHERE id = $1", id, (long)status, error, Now);
    }

    private long Now => clock.GetUtcNow().Ms();
}
