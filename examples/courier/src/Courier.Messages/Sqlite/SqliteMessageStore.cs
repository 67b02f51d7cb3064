namespace Courier.Messages.Sqlite;

/// <summary>Messages in the SQLite file.</summary>
public sealed class SqliteMessageStore(SqliteFile file, TimeProvider clock) : IMessageStore
{
    private const int ForgetMax = 1_000;

    /// <inheritdoc/>
    public Task<Acceptance> AcceptAsync(Message message, IdempotencyKey? key, CancellationToken cancellation)
        => file.WriteAsync(session => Accept(session, message, key), cancellation);

    /// <inheritdoc/>
    public Task<Message?> FindAsync(MessageId id, CancellationToken cancellation)
        => file.ReadAsync(session => session.Find(id.ToString()), cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Attempt>> AttemptsAsync(MessageId id, CancellationToken cancellation)
        => file.ReadAsync<IReadOnlyList<Attempt>>(
            session => session.Query(
                """
                SELECT number, started_ms, duration_ms, status_code, error, worker FROM attempts
                WHERE message_id = $1 ORDER BY number
                """,
                Rows.Attempt, id.ToString()),
            cancellation);

    /// <inheritdoc/>
    public Task<Page<Message>> ListAsync(
        MessageStatus? status, Cursor? after, int limit, CancellationToken cancellation)
    {
        var columns = $"SELECT {Rows.MessageColumns} FROM messages m LEFT JOIN deliveries d ON d.message_id = m.id";
        // Every id sorts below '~'.
        var below = after?.Below ?? "~";
        return file.ReadAsync(
            session => Page<Message>.From(
                status is null
                    ? session.Query($"{columns} WHERE m.id < $1 ORDER BY m.id DESC LIMIT $2", Rows.Message, below, limit + 1L)
                    : session.Query(
                        $"{columns} WHERE m.status = $3 AND m.id < $1 ORDER BY m.id DESC LIMIT $2",
                        Rows.Message, below, limit + 1L, (long)status),
                limit, static message => message.Id.ToString()),
            cancellation);
    }

    /// <inheritdoc/>
    public Task<Change> CancelAsync(MessageId id, CancellationToken cancellation)
        => file.WriteAsync(session => Cancel(session, id.ToString()), cancellation);

    /// <inheritdoc/>
    public Task<Change> ReplayAsync(MessageId id, CancellationToken cancellation)
        => file.WriteAsync(session => Replay(session, id.ToString()), cancellation);

    /// <inheritdoc/>
    public Task<int> ForgetAsync(DateTimeOffset settledBefore, DateTimeOffset keysBefore, CancellationToken cancellation)
        => file.WriteAsync(
            session =>
            {
                const string Settled = "SELECT id FROM messages WHERE status > 0 AND updated_ms < $1 ORDER BY updated_ms LIMIT $2";
                session.Execute($"DELETE FROM attempts WHERE message_id IN ({Settled})", settledBefore.Ms(), ForgetMax);
                session.Execute(
                    "DELETE FROM idempotency WHERE key IN (SELECT key FROM idempotency WHERE created_ms < $1 LIMIT $2)",
                    keysBefore.Ms(), ForgetMax);
                return session.Execute($"DELETE FROM messages WHERE id IN ({Settled})", settledBefore.Ms(), ForgetMax);
            },
            cancellation);

    /// <inheritdoc/>
    public Task PingAsync(CancellationToken cancellation)
        => file.ReadAsync(static session => session.Number("SELECT COUNT(*) FROM leases"), cancellation);

    private static Acceptance Accept(SqliteSession session, Message message, IdempotencyKey? key)
    {
        if (key is not null)
        {
            var known = session.Query(
                "SELECT fingerprint, message_id FROM idempotency WHERE key = $1",
                static row => (Fingerprint: row.GetString(0), MessageId: row.GetString(1)), key.Value);
            if (known is [var first])
            {
                if (first.Fingerprint != key.Fingerprint)
                    return new Acceptance.KeyReused();
                // Its message may have been forgotten before its key; then this is a new one under the old key.
                if (session.Find(first.MessageId) is { } earlier)
                    return new Acceptance.Repeated(earlier);
            }

            session.Execute(
                "INSERT OR REPLACE INTO idempotency (key, fingerprint, message_id, created_ms) VALUES ($1, $2, $3, $4)",
                key.Value, key.Fingerprint, message.Id.ToString(), message.CreatedAt.Ms());
        }

        session.Insert(message);
        return new Acceptance.Accepted(message);
    }

    private Change Cancel(SqliteSession session, string id)
    {
        if (session.Find(id) is not { } message)
            return new Change.Unknown();
        if (message.Status == MessageStatus.Cancelled)
            return new Change.Done(message);
        if (message.Status != MessageStatus.Pending)
            return new Change.Refused($"It is {message.Status.ToString().ToLowerInvariant()} already.");
        if (session.Execute(
            "DELETE FROM deliveries WHERE message_id = $1 AND (worker IS NULL OR visible_ms <= $2)", id, Now) == 0)
            return new Change.Refused("It is being delivered at this moment; ask again when the attempt is over.");
        session.Execute("UPDATE messages SET status = 3, updated_ms = $2 WHERE id = $1", id, Now);
        return new Change.Done(session.Find(id)!);
    }

    private Change Replay(SqliteSession session, string id)
    {
        if (session.Find(id) is not { } message)
            return new Change.Unknown();
        if (message.Status != MessageStatus.Dead)
            return new Change.Refused($"It is no dead letter: its status is {message.Status.ToString().ToLowerInvariant()}.");
        // Its age counts from the replay on, or an old letter would be given up as overdue before it was tried.
        session.Execute("UPDATE messages SET status = 0, send_ms = $2, updated_ms = $2 WHERE id = $1", id, Now);
        session.Execute("INSERT INTO deliveries (message_id, visible_ms) VALUES ($1, $2)", id, Now);
        return new Change.Done(session.Find(id)!);
    }

    private long Now => clock.GetUtcNow().Ms();
}
