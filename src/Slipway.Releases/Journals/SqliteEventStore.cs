using Microsoft.Data.Sqlite;
using Slipway.Releases.Leases;

namespace Slipway.Releases.Journals;

/// <summary>
/// The journal in a SQLite file: WAL with full sync, triggers that refuse every change of what was written; the head in a
/// file beside it. It is locked for this process alone, or written under a lease that each record's own statement checks.
/// </summary>
public sealed class SqliteEventStore : IEventStore
{
    private const int SchemaVersion = 1;
    private const string Table =
        "CREATE TABLE IF NOT EXISTS journal (sequence INTEGER PRIMARY KEY, at TEXT NOT NULL, environment TEXT, rollout TEXT, "
        + "kind TEXT NOT NULL, actor TEXT NOT NULL, body TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL);"
        + "CREATE TRIGGER IF NOT EXISTS journal_no_update BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;"
        + "CREATE TRIGGER IF NOT EXISTS journal_no_delete BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;";

    private readonly SqliteConnection _connection;
    private readonly string _path;
    private readonly string _headPath;
    private readonly string? _holder;
    private string? _readFault;

    /// <summary>Opens the file, making it where there is none.</summary>
    /// <param name="path">The database file.</param>
    /// <param name="headPath">The file of the head.</param>
    /// <param name="holder">Who holds the lease under which records are written; null to lock the file instead.</param>
    /// <exception cref="JournalException">It is locked, newer, or cannot be opened.</exception>
    public SqliteEventStore(string path, string headPath, string? holder = null)
    {
        SystemSqlite.Use();
        (_path, _headPath, _holder) = (path, headPath, holder);
        var source = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 1 };
        _connection = new SqliteConnection(source.ToString());
        try
        {
            Prepare();
        }
        catch (SqliteException fault)
        {
            _connection.Dispose();
            throw SqliteFaults.Explain(_path, fault);
        }
        catch (JournalException)
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Append(StoredRecord record)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "INSERT INTO journal SELECT $sequence, $at, $environment, $rollout, $kind, $actor, $body, $previous, $hash";
        if (_holder is not null)
        {
            // One statement is one transaction: between the look at the lease and the record there is no instant to be paused in.
            command.CommandText += " WHERE (SELECT holder FROM lease) = $holder";
            command.Parameters.AddWithValue("$holder", _holder);
        }
        command.Parameters.AddWithValue("$sequence", record.Sequence);
        command.Parameters.AddWithValue("$at", record.At);
        command.Parameters.AddWithValue("$environment", (object?)record.Environment ?? DBNull.Value);
        command.Parameters.AddWithValue("$rollout", (object?)record.Rollout ?? DBNull.Value);
        command.Parameters.AddWithValue("$kind", record.Kind);
        command.Parameters.AddWithValue("$actor", record.Actor);
        command.Parameters.AddWithValue("$body", record.Body);
        command.Parameters.AddWithValue("$previous", record.Previous);
        command.Parameters.AddWithValue("$hash", record.Hash);
        try
        {
            if (command.ExecuteNonQuery() != 1)
                throw new LeaseLostException();
        }
        catch (SqliteException fault)
        {
            throw SqliteFaults.Explain(_path, fault);
        }
    }

    /// <inheritdoc/>
    public IEnumerable<StoredRecord> Read(long after)
    {
        _readFault = null;
        using var command = _connection.CreateCommand();
        command.CommandText = "SELECT sequence, at, environment, rollout, kind, actor, body, previous, hash FROM journal WHERE sequence > $after ORDER BY sequence";
        command.Parameters.AddWithValue("$after", after);
        SqliteDataReader? reader = null;
        try
        {
            while (Next(command, ref reader) is { } record)
                yield return record;
        }
        finally
        {
            reader?.Dispose();
        }
    }

    /// <inheritdoc/>
    public string? Fault()
    {
        if (_readFault is not null)
            return _readFault;
        try
        {
            if (_connection.Scalar("PRAGMA quick_check(1)") is string found && found != "ok")
                return $"SQLite finds the file damaged ({found}), although every record can be read.";
            return _connection.Scalar("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'journal' AND name IN ('journal_no_update', 'journal_no_delete')") is 2L
                ? null
                : "The triggers that keep the journal append-only are gone.";
        }
        catch (SqliteException fault)
        {
            return $"SQLite cannot read the file ({fault.Message}).";
        }
    }

    /// <inheritdoc/>
    public JournalHead? ReadHead()
    {
        if (!File.Exists(_headPath))
            return null;
        var fields = File.ReadAllText(_headPath).Split(' ', '\n');
        return fields.Length == 3 && long.TryParse(fields[0], out var sequence) && fields[1].Length == 64 && fields[1].All(char.IsAsciiHexDigitLower)
            ? new(sequence, fields[1])
            : throw new JournalException("journal.head is damaged, so nobody can say which record was the last.");
    }

    /// <inheritdoc/>
    public void WriteHead(JournalHead head)
    {
        // By process: one that was paused here and wakes must not write into ours.
        var beside = $"{_headPath}.{Environment.ProcessId}.new";
        try
        {
            using (var file = new FileStream(beside, FileMode.Create, FileAccess.Write))
            {
                file.Write(System.Text.Encoding.ASCII.GetBytes($"{head.Sequence} {head.Hash}\n"));
                file.Flush(flushToDisk: true);
            }
            File.Move(beside, _headPath, overwrite: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new JournalException($"{_headPath} cannot be written: {fault.Message}", fault);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private void Prepare()
    {
        _connection.Open();
        // Exclusive from the first access on: no other process can write between our records. Under a lease that would keep a
        // successor out for as long as its holder is paused.
        if (_holder is null)
            _connection.Execute("PRAGMA locking_mode = EXCLUSIVE");
        _connection.Execute("PRAGMA journal_mode = WAL");
        _connection.Execute("PRAGMA synchronous = FULL");
        _connection.Execute("BEGIN IMMEDIATE");
        var version = (long)(_connection.Scalar("PRAGMA user_version") ?? 0L);
        if (version > SchemaVersion)
            throw new JournalException($"{_path} has the format {version}; this version knows {SchemaVersion}. Use the newer Slipway that wrote it.");
        if (version < SchemaVersion)
        {
            _connection.Execute(Table);
            _connection.Execute($"PRAGMA user_version = {SchemaVersion}");
        }
        if (_holder is not null)
            _connection.Execute(SqliteLeaseStore.Table);
        foreach (var left in Directory.EnumerateFiles(Path.GetDirectoryName(Path.GetFullPath(_headPath))!, Path.GetFileName(_headPath) + ".*.new"))
            File.Delete(left);
        _connection.Execute("COMMIT");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private StoredRecord? Next(SqliteCommand command, ref SqliteDataReader? reader)
    {
        try
        {
            reader ??= command.ExecuteReader();
            if (!reader.Read())
                return null;
            return new(
                reader.GetInt64(0), Text(reader, 1) ?? "", Text(reader, 2), Text(reader, 3), Text(reader, 4) ?? "",
                Text(reader, 5) ?? "", Text(reader, 6) ?? "", Text(reader, 7) ?? "", Text(reader, 8) ?? "");
        }
        catch (Exception fault) when (fault is SqliteException or InvalidCastException or FormatException)
        {
            _readFault = $"SQLite cannot read on ({fault.Message}).";
            return null;
        }
    }

    private static string? Text(SqliteDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
