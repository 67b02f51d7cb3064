using System.Globalization;
using Npgsql;
using Slipway.Releases.Journals;
using Slipway.Releases.Leases;

namespace Slipway.Targets.Journals;

/// <summary>
/// The journal in PostgreSQL: a table that a trigger keeps append-only, written under the lease that the same statement checks,
/// the head in a table beside.
/// </summary>
/// <param name="link">The connection; owned.</param>
/// <param name="holder">Who holds the lease; null for a repair, which takes it from whoever has it.</param>
internal sealed class PostgresEventStore(PostgresLink link, string? holder) : IRepairableStore
{
    private const string Columns = "sequence, at, environment, rollout, kind, actor, body, previous, hash";
    private const string Values = "@sequence, @at, @environment, @rollout, @kind, @actor, @body, @previous, @hash";
    private const int PageLength = 512;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private StoredRecord? _unresolved;

    /// <inheritdoc/>
    public void Append(StoredRecord record)
    {
        if (_unresolved is { } before && WasKept(before))
        {
            // It stands there, and whoever wrote it was told that it does not: only one who reads anew knows what is.
            link.Change("UPDATE slipway_lease SET holder = '' WHERE holder = @holder", ("holder", holder));
            throw new LeaseLostException();
        }
        _unresolved = null;
        try
        {
            if (Insert(record) != 1)
                throw new LeaseLostException();
        }
        catch (JournalException fault) when (fault is not (LeaseLostException or PostgresRefusalException))
        {
            // The answer was lost, not necessarily the record.
            _unresolved = record;
            if (!WasKeptAfterAll(record, fault))
                throw;
        }
    }

    /// <inheritdoc/>
    public void WriteHead(JournalHead head)
        => link.Change(
            "INSERT INTO slipway_head VALUES (1, @sequence, @hash) ON CONFLICT (one) DO UPDATE SET sequence = @sequence, hash = @hash",
            ("sequence", head.Sequence), ("hash", head.Hash));

    /// <inheritdoc/>
    public IEnumerable<StoredRecord> Read(long after)
    {
        while (Page(after) is { Count: > 0 } page)
        {
            foreach (var record in page)
                yield return record;
            after = page[^1].Sequence;
        }
    }

    /// <inheritdoc/>
    public string? Fault()
        => link.Run(
            "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'slipway_journal'::regclass AND tgname = 'slipway_journal_append_only' AND tgenabled IN ('O', 'A')",
            command => command.ExecuteScalar() is 1L) ? null : "The trigger that keeps the journal append-only is gone.";

    /// <inheritdoc/>
    public JournalHead? ReadHead() => link.Run("SELECT sequence, hash FROM slipway_head", command =>
    {
        using var reader = command.ExecuteReader();
        return reader.Read() ? new JournalHead(reader.GetInt64(0), reader.GetString(1)) : null;
    });

    /// <inheritdoc/>
    public string BeginAnew(IReadOnlyList<StoredRecord> good, DateTimeOffset now)
    {
        var aside = $"slipway_journal_damaged_{now.UtcDateTime.ToString("yyyyMMdd_HHmmss", CultureInfo.InvariantCulture)}";
        link.Change($"CREATE TABLE {aside} AS SELECT * FROM slipway_journal");
        link.Change($"ALTER TABLE slipway_journal DISABLE TRIGGER slipway_journal_append_only; DELETE FROM slipway_journal WHERE sequence > {good.Count.ToString(CultureInfo.InvariantCulture)}; ALTER TABLE slipway_journal ENABLE TRIGGER slipway_journal_append_only");
        return aside;
    }

    /// <inheritdoc/>
    public void Dispose() => link.Dispose();

    // The lock on the lease's row makes this wait for a takeover under way, and a takeover for this.
    private int Insert(StoredRecord record)
        => link.Change(
            holder is null ? $"INSERT INTO slipway_journal ({Columns}) VALUES ({Values})"
                : $"WITH mine AS (SELECT 1 FROM slipway_lease WHERE holder = @holder FOR UPDATE) INSERT INTO slipway_journal ({Columns}) SELECT {Values} FROM mine",
            ("sequence", record.Sequence), ("at", record.At), ("environment", record.Environment), ("rollout", record.Rollout), ("kind", record.Kind),
            ("actor", record.Actor), ("body", record.Body), ("previous", record.Previous), ("hash", record.Hash), ("holder", holder));

    private bool WasKeptAfterAll(StoredRecord record, JournalException fault)
    {
        bool? kept = null;
        if (!SpinWait.SpinUntil(() => (kept = WasKeptIfKnown(record)) is not null, s_patience))
            throw new JournalException($"{fault.Message} Whether record {record.Sequence} was kept is found out before the next one.", fault);
        _unresolved = null;
        return kept!.Value;
    }

    private bool? WasKeptIfKnown(StoredRecord record)
    {
        try
        {
            return WasKept(record);
        }
        catch (JournalException)
        {
            // The server is still away.
            return null;
        }
    }

    // What the lost connection was about has ended once the lease's row can be locked.
    private bool WasKept(StoredRecord record)
    {
        link.Change("UPDATE slipway_lease SET beat = beat + 1 WHERE holder = @holder", ("holder", holder));
        return link.Run("SELECT hash FROM slipway_journal WHERE sequence = @sequence", command => command.ExecuteScalar() as string == record.Hash, ("sequence", record.Sequence));
    }

    private List<StoredRecord> Page(long after) => link.Run(
        $"SELECT {Columns} FROM slipway_journal WHERE sequence > @after ORDER BY sequence LIMIT {PageLength}",
        command =>
        {
            using var reader = command.ExecuteReader();
            var page = new List<StoredRecord>();
            while (reader.Read())
                page.Add(new(reader.GetInt64(0), reader.GetString(1), Text(reader, 2), Text(reader, 3), reader.GetString(4), reader.GetString(5), reader.GetString(6), reader.GetString(7), reader.GetString(8)));
            return page;
        },
        ("after", after));

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
