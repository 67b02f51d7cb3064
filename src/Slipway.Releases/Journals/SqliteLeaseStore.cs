using Microsoft.Data.Sqlite;
using Slipway.Releases.Leases;

namespace Slipway.Releases.Journals;

/// <summary>The lease of a journal in a SQLite file, in a table beside it, over a connection of its own.</summary>
public sealed class SqliteLeaseStore : ILeaseStore
{
    /// <summary>Makes the table where there is none; an older version does not look at it.</summary>
    internal const string Table =
        "CREATE TABLE IF NOT EXISTS lease (one INTEGER PRIMARY KEY CHECK (one = 1), term INTEGER NOT NULL, holder TEXT NOT NULL, name TEXT NOT NULL, beat INTEGER NOT NULL);"
        + "INSERT OR IGNORE INTO lease VALUES (1, 0, '', '', 0);";

    private readonly Lock _sync = new();
    private readonly SqliteConnection _connection;
    private readonly string _path;

    /// <summary>Opens the file, making it where there is none.</summary>
    /// <param name="path">The database file.</param>
    /// <exception cref="JournalException">It cannot be opened.</exception>
    public SqliteLeaseStore(string path)
    {
        SystemSqlite.Use();
        _path = path;
        _connection = new(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 1 }.ToString());
        try
        {
            _connection.Open();
            // A renewal that a loss of power undoes does no harm, so it need not wait for the disk.
            _connection.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
            if (_connection.Scalar("SELECT count(*) FROM sqlite_master WHERE name = 'lease'") is 0L)
                _connection.Execute($"BEGIN IMMEDIATE; {Table} COMMIT");
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        catch (SqliteException fault)
        {
            _connection.Dispose();
            throw SqliteFaults.Explain(path, fault);
        }
    }

    /// <inheritdoc/>
    public LeaseRow Read() => Run("SELECT term, holder, name, beat FROM lease", command =>
    {
        using var reader = command.ExecuteReader();
        return reader.Read() ? new LeaseRow(reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.GetInt64(3))
            : throw new JournalException($"{_path} has no lease in it: somebody has deleted it. Run slipway audit repair.");
    });

    /// <inheritdoc/>
    public bool TryTake(LeaseRow seen, string holder, string name) => Run(
        "UPDATE lease SET term = term + 1, holder = $holder, name = $name, beat = 0 WHERE term = $term AND holder = $seen AND beat = $beat",
        command => command.ExecuteNonQuery() == 1,
        ("$holder", holder), ("$name", name), ("$term", seen.Term), ("$seen", seen.Holder), ("$beat", seen.Beat));

    /// <inheritdoc/>
    public bool Renew(string holder)
        => Run("UPDATE lease SET beat = beat + 1 WHERE holder = $holder", command => command.ExecuteNonQuery() == 1, ("$holder", holder));

    /// <inheritdoc/>
    public void Release(string holder)
        => Run("UPDATE lease SET holder = '' WHERE holder = $holder", command => command.ExecuteNonQuery(), ("$holder", holder));

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_sync)
            _connection.Dispose();
    }

    private T Run<T>(string sql, Func<SqliteCommand, T> run, params (string Name, object Value)[] values)
    {
        lock (_sync)
        {
            using var command = _connection.CreateCommand();
            command.CommandText = sql;
            foreach (var (name, value) in values)
                command.Parameters.AddWithValue(name, value);
            try
            {
                return run(command);
            }
            catch (SqliteException fault)
            {
                throw SqliteFaults.Explain(_path, fault);
            }
        }
    }
}
