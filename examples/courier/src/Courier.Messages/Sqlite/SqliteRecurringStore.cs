namespace Courier.Messages.Sqlite;

/// <summary>Recurring messages and the lead among schedulers, in the SQLite file.</summary>
public sealed class SqliteRecurringStore(SqliteFile file, TimeProvider clock) : IRecurringStore
{
    private const string LeaseName = "scheduler";

    /// <inheritdoc/>
    public Task CreateAsync(RecurringMessage recurring, CancellationToken cancellation)
        => file.WriteAsync(
            session => session.Execute(
                $"INSERT INTO recurring ({Rows.RecurringColumns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, NULL)",
                recurring.Id.ToString(), recurring.Recipient.ToString(), recurring.Body.ContentType,
                recurring.Body.Bytes.ToArray(), recurring.Recurrence.Cron.ToString(), recurring.Recurrence.Zone.Id,
                (long)recurring.Recurrence.Gap, (long)recurring.Recurrence.Overlap, recurring.CreatedAt.Ms(),
                recurring.NextAt?.Ms()),
            cancellation);

    /// <inheritdoc/>
    public Task<RecurringMessage?> FindAsync(RecurringId id, CancellationToken cancellation)
        => file.ReadAsync(
            session => session.Query(
                $"SELECT {Rows.RecurringColumns} FROM recurring WHERE id = $1", Rows.Recurring, id.ToString()) is [var found]
                    ? found : null,
            cancellation);

    /// <inheritdoc/>
    public Task<Page<RecurringMessage>> ListAsync(Cursor? after, int limit, CancellationToken cancellation)
        => file.ReadAsync(
            session => Page<RecurringMessage>.From(
                session.Query(
                    $"SELECT {Rows.RecurringColumns} FROM recurring WHERE id < $1 ORDER BY id DESC LIMIT $2",
                    Rows.Recurring, after?.Below ?? "~", limit + 1L),
                limit, static recurring => recurring.Id.ToString()),
            cancellation);

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(RecurringId id, CancellationToken cancellation)
        => file.WriteAsync(session => session.Execute("DELETE FROM recurring WHERE id = $1", id.ToString()) > 0, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<RecurringMessage>> DueAsync(DateTimeOffset now, int limit, CancellationToken cancellation)
        => file.ReadAsync<IReadOnlyList<RecurringMessage>>(
            session => session.Query(
                $"SELECT {Rows.RecurringColumns} FROM recurring WHERE next_ms <= $1 ORDER BY next_ms LIMIT $2",
                Rows.Recurring, now.Ms(), (long)limit),
            cancellation);

    /// <inheritdoc/>
    public Task<Lead?> TryLeadAsync(string scheduler, long start, TimeSpan lease, CancellationToken cancellation)
        => file.WriteAsync(
            session =>
            {
                var now = clock.GetUtcNow();
                // The fence moves with each change of hands only, so that prolonging does not fence the holder itself. Whoever was
                // started after all that led need not wait for the lease of one that is gone: its fence shuts that one out at once.
                var changed = session.Execute(
                    """
                    INSERT INTO leases (name, holder, fence, until_ms) VALUES ($1, $2, MAX(1, $5), $4)
                    ON CONFLICT (name) DO UPDATE SET
                        fence = CASE WHEN holder = excluded.holder AND until_ms > $3 THEN fence ELSE MAX(fence + 1, $5) END,
                        holder = excluded.holder, until_ms = excluded.until_ms
                    WHERE holder = excluded.holder OR until_ms <= $3 OR fence < $5
                    """,
                    LeaseName, scheduler, now.Ms(), (now + lease).Ms(), start);
                return changed == 0
                    ? null
                    : new Lead(scheduler, session.Number("SELECT fence FROM leases WHERE name = $1", LeaseName));
            },
            cancellation);

    /// <inheritdoc/>
    public Task ResignAsync(Lead lead, CancellationToken cancellation)
        => file.WriteAsync(
            session => session.Execute(
                "UPDATE leases SET until_ms = 0 WHERE name = $1 AND fence = $2", LeaseName, lead.Fence),
            cancellation);

    /// <inheritdoc/>
    public Task<TickOutcome> TickAsync(
        Lead lead, RecurringMessage recurring, TickDecision decision, CancellationToken cancellation)
        => file.WriteAsync(session => Tick(session, lead, recurring, decision), cancellation);

    private TickOutcome Tick(SqliteSession session, Lead lead, RecurringMessage recurring, TickDecision decision)
    {
        if (session.Number("SELECT fence FROM leases WHERE name = $1", LeaseName) != lead.Fence)
            return TickOutcome.Fenced;
        var moved = session.Execute(
            """
            UPDATE recurring SET next_ms = $3, last_ms = CASE WHEN $4 THEN $2 ELSE last_ms END WHERE id = $1 AND next_ms = $2
            """,
            recurring.Id.ToString(), decision.At.Ms(), decision.Following?.Ms(), decision.Send ? 1L : 0L);
        if (moved == 0)
            return TickOutcome.Past;
        if (!decision.Send)
            return TickOutcome.Skipped;
        var known = session.Number(
            "SELECT COUNT(*) FROM messages WHERE recurring_id = $1 AND tick_ms = $2",
            recurring.Id.ToString(), decision.At.Ms());
        if (known > 0)
            return TickOutcome.Past;
        session.Insert(NewMessage(recurring, decision, clock.GetUtcNow()));
        return TickOutcome.Sent;
    }

    private static Message NewMessage(RecurringMessage recurring, TickDecision decision, DateTimeOffset now) => new()
    {
        Id = MessageId.New(now),
        Recipient = recurring.Recipient,
        Body = recurring.Body,
        Status = MessageStatus.Pending,
        CreatedAt = now,
        SendAt = now,
        UpdatedAt = now,
        Attempts = 0,
        Correlation = Correlation.From($"{recurring.Id}@{decision.At.Ms()}", null),
        Tick = new(recurring.Id, decision.At),
    };
}
