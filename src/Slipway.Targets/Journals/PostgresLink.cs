using Npgsql;
using Slipway.Releases.Journals;

namespace Slipway.Targets.Journals;

/// <summary>One connection to the database of a journal, made anew when it was lost. Safe for any number of threads.</summary>
/// <param name="connection">Where the database is, and as whom; never told to anybody.</param>
internal sealed class PostgresLink(string connection) : IDisposable
{
    private const string Tables =
        """
        SELECT pg_advisory_xact_lock(7235471920341);
        CREATE TABLE IF NOT EXISTS slipway_journal (sequence bigint PRIMARY KEY, at text NOT NULL, environment text, rollout text, kind text NOT NULL,
            actor text NOT NULL, body text NOT NULL, previous text NOT NULL, hash text NOT NULL);
        CREATE TABLE IF NOT EXISTS slipway_head (one int PRIMARY KEY CHECK (one = 1), sequence bigint NOT NULL, hash text NOT NULL);
        CREATE TABLE IF NOT EXISTS slipway_lease (one int PRIMARY KEY CHECK (one = 1), term bigint NOT NULL, holder text NOT NULL, name text NOT NULL, beat bigint NOT NULL);
        INSERT INTO slipway_lease VALUES (1, 0, '', '', 0) ON CONFLICT DO NOTHING;
        CREATE OR REPLACE FUNCTION slipway_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$;
        DROP TRIGGER IF EXISTS slipway_journal_append_only ON slipway_journal;
        CREATE TRIGGER slipway_journal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON slipway_journal EXECUTE FUNCTION slipway_append_only();
        """;

    private readonly Lock _sync = new();
    private NpgsqlConnection? _open;

    /// <summary>Runs one statement. It is a transaction of its own, which the server ends even if we are paused after sending it.</summary>
    /// <exception cref="JournalException">The server does not answer, or refuses.</exception>
    public T Run<T>(string sql, Func<NpgsqlCommand, T> run, params (string Name, object? Value)[] values)
    {
        lock (_sync)
        {
            try
            {
                using var command = new NpgsqlCommand(sql, Open());
                foreach (var (name, value) in values)
                    command.Parameters.Add(Parameter(name, value));
                return run(command);
            }
            catch (PostgresException fault) when (fault.SqlState is ['2', '3', ..] or ['4', '2', ..] or ['P', '0', ..] or ['2', '2', ..])
            {
                throw new PostgresRefusalException(fault.MessageText, fault);
            }
            catch (Exception fault) when (fault is NpgsqlException or TimeoutException or IOException or InvalidOperationException)
            {
                // Whatever state it is in: the next one is another.
                Close();
                throw new JournalException($"The journal's database does not answer: {fault.Message.TrimEnd('.')}.", fault);
            }
        }
    }

    /// <summary>Runs a statement for the rows it changes.</summary>
    /// <exception cref="JournalException">The server does not answer, or refuses.</exception>
    public int Change(string sql, params (string Name, object? Value)[] values) => Run(sql, command => command.ExecuteNonQuery(), values);

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_sync)
            Close();
    }

    // An absent text is still a text: the server wants to know of what kind nothing is.
    private static NpgsqlParameter Parameter(string name, object? value)
        => value is null or string ? new(name, NpgsqlTypes.NpgsqlDbType.Text) { Value = value ?? DBNull.Value } : new(name, value);

    private NpgsqlConnection Open()
    {
        if (_open is { State: System.Data.ConnectionState.Open } open)
            return open;
        Close();
        _open = new(connection);
        _open.Open();
        Do("SET synchronous_commit TO on");
        using var look = new NpgsqlCommand("SELECT to_regclass('slipway_lease') IS NULL", _open);
        if (look.ExecuteScalar() is true)
            Do($"BEGIN; {Tables} COMMIT");
        return _open;
    }

    private void Do(string sql)
    {
        using var command = new NpgsqlCommand(sql, _open);
        command.ExecuteNonQuery();
    }

    private void Close()
    {
        _open?.Dispose();
        _open = null;
    }
}

/// <summary>The database answered, and refused: nothing was kept.</summary>
/// <param name="reason">Its reason.</param>
/// <param name="inner">The cause.</param>
internal sealed class PostgresRefusalException(string reason, Exception inner) : JournalException($"The journal's database refuses: {reason}.", inner);
