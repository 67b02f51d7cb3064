namespace Courier.Messages.Sqlite;

/// <summary>
/// The tables, as steps that are only ever added to. A step may add but never rename or drop, because the release before
/// it runs beside it during a rollout, and after a rollback runs on without it.
/// </summary>
internal static class Schema
{
    private static readonly string[] _steps =
    [
        """
        CREATE TABLE messages (
            id TEXT PRIMARY KEY, recipient TEXT NOT NULL, content_type TEXT NOT NULL, body BLOB NOT NULL,
            status INTEGER NOT NULL, created_ms INTEGER NOT NULL, send_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0, last_error TEXT, request_id TEXT NOT NULL, trace_id TEXT NOT NULL,
            recurring_id TEXT, tick_ms INTEGER);
        CREATE INDEX messages_by_status ON messages (status, id);
        CREATE INDEX messages_settled ON messages (updated_ms) WHERE status > 0;
        CREATE UNIQUE INDEX messages_by_tick ON messages (recurring_id, tick_ms) WHERE recurring_id IS NOT NULL;
        CREATE TABLE deliveries (
            message_id TEXT PRIMARY KEY, visible_ms INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
            lease INTEGER, worker TEXT) WITHOUT ROWID;
        CREATE INDEX deliveries_visible ON deliveries (visible_ms);
        CREATE TABLE attempts (
            message_id TEXT NOT NULL, number INTEGER NOT NULL, started_ms INTEGER NOT NULL, duration_ms INTEGER NOT NULL,
            status_code INTEGER, error TEXT, worker TEXT NOT NULL, PRIMARY KEY (message_id, number)) WITHOUT ROWID;
        CREATE TABLE idempotency (
            key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, message_id TEXT NOT NULL, created_ms INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX idempotency_created ON idempotency (created_ms);
        CREATE TABLE recurring (
            id TEXT PRIMARY KEY, recipient TEXT NOT NULL, content_type TEXT NOT NULL, body BLOB NOT NULL,
            cron TEXT NOT NULL, zone TEXT NOT NULL, gap INTEGER NOT NULL, overlap INTEGER NOT NULL,
            created_ms INTEGER NOT NULL, next_ms INTEGER, last_ms INTEGER);
        CREATE INDEX recurring_next ON recurring (next_ms) WHERE next_ms IS NOT NULL;
        CREATE TABLE leases (name TEXT PRIMARY KEY, holder TEXT NOT NULL, fence INTEGER NOT NULL, until_ms INTEGER NOT NULL)
            WITHOUT ROWID;
        """,
    ];

    /// <summary>Brings the file up to date, whichever process comes first; the others wait and find it done.</summary>
    public static void Migrate(SqliteSession session)
    {
        if (session.Number("PRAGMA user_version") >= _steps.Length)
            return;
        session.Execute("BEGIN IMMEDIATE");
        try
        {
            // Read again under the lock: another process may have been first.
            for (var step = (int)session.Number("PRAGMA user_version"); step < _steps.Length; step++)
            {
                session.Execute(_steps[step]);
                session.Execute($"PRAGMA user_version = {step + 1}");
            }

            session.Execute("COMMIT");
        }
        catch
        {
            session.Execute("ROLLBACK");
            throw;
        }
    }
}
