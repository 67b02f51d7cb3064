using Microsoft.Data.Sqlite;

namespace Courier.Messages.Sqlite;

/// <summary>
/// The file that holds store and queue: one writer and a few readers of this process, beside those of other processes.
/// </summary>
public sealed class SqliteFile : IDisposable
{
    /// <summary>The most connections this process opens, the writer's included.</summary>
    public const int ConnectionsMax = 32;

    // How long one process waits for another's transaction, in milliseconds.
    private const int BusyTimeout = 5_000;
    private static readonly TimeSpan _acquireDeadline = TimeSpan.FromSeconds(5);

    private readonly string _path;
    private readonly Func<string?> _outage;
    private readonly SemaphoreSlim _readersFree = new(ConnectionsMax - 1);
    private readonly Stack<SqliteSession> _readersIdle = [];
    private readonly Lock _lock = new();
    private readonly SqliteWriter _writer;
    private volatile bool _isMigrated;

    /// <summary>A file at this path; nothing is opened before it is used.</summary>
    /// <param name="path">Where it lies.</param>
    /// <param name="outage">Tells why the file must seem to be lost, for drills; null while it must not.</param>
    public SqliteFile(string path, Func<string?>? outage = null)
    {
        _path = path;
        _outage = outage ?? (static () => null);
        _writer = new(() => Open(readOnly: false));
    }

    /// <summary>Connections in use now.</summary>
    public int ConnectionsUsed => ConnectionsMax - 1 - _readersFree.CurrentCount + (_writer.IsBusy ? 1 : 0);

    /// <summary>Reads, beside other readers and the writer.</summary>
    internal async Task<T> ReadAsync<T>(Func<SqliteSession, T> read, CancellationToken cancellation)
    {
        ThrowIfLost();
        if (!await _readersFree.WaitAsync(_acquireDeadline, cancellation))
            throw new StoreUnavailableException("Every connection to the database is in use.");
        SqliteSession? session = null;
        try
        {
            lock (_lock)
                _readersIdle.TryPop(out session);
            session ??= Open(readOnly: true);
            var result = read(session);
            lock (_lock)
                _readersIdle.Push(session);
            session = null;
            return result;
        }
        catch (SqliteException fault)
        {
            throw Unavailable(fault);
        }
        finally
        {
            // One that failed is not used again.
            session?.Dispose();
            _readersFree.Release();
        }
    }

    /// <summary>Writes, in a transaction that is durable when this returns.</summary>
    internal Task<T> WriteAsync<T>(Func<SqliteSession, T> write, CancellationToken cancellation)
    {
        ThrowIfLost();
        return _writer.WriteAsync(write, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _writer.Dispose();
        lock (_lock)
        {
            while (_readersIdle.TryPop(out var session))
                session.Dispose();
        }

        _readersFree.Dispose();
    }

    /// <summary>The same fault in the words of the store.</summary>
    internal static StoreUnavailableException Unavailable(SqliteException fault)
        => new($"The database cannot be used: {fault.Message}", fault);

    private void ThrowIfLost()
    {
        if (_outage() is { } reason)
            throw new StoreUnavailableException(reason);
    }

    private SqliteSession Open(bool readOnly)
    {
        if (OperatingSystemSqlite.Fault is { } fault)
            throw new StoreUnavailableException(fault);
        CreateFile();
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = _path,
            Pooling = false,
            DefaultTimeout = BusyTimeout / 1000,
        }.ToString());
        var session = new SqliteSession(connection);
        try
        {
            connection.Open();
            session.Execute($"PRAGMA busy_timeout = {BusyTimeout}");
            // A message that was accepted survives the loss of power, not only of the process; group commit pays for it.
            session.Execute("PRAGMA synchronous = FULL");
            if (!_isMigrated)
            {
                SwitchToLog(session);
                Schema.Migrate(session);
                _isMigrated = true;
            }

            if (readOnly)
                session.Execute("PRAGMA query_only = ON");
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>The switch to the write-ahead log does not wait for other processes doing the same, so it is repeated.</summary>
    private static void SwitchToLog(SqliteSession session)
    {
        var deadline = Environment.TickCount64 + BusyTimeout;
        var spin = new SpinWait();
        while (true)
        {
            try
            {
                session.Query("PRAGMA journal_mode = WAL", static reader => reader.GetString(0));
                return;
            }
            catch (SqliteException fault) when (fault.SqliteErrorCode is 5 or 6 && Environment.TickCount64 < deadline)
            {
                spin.SpinOnce();
            }
        }
    }

    /// <summary>Creates it for its owner alone; the log files beside it get the same rights from SQLite.</summary>
    private void CreateFile()
    {
        if (File.Exists(_path))
            return;
        var folder = Path.GetDirectoryName(Path.GetFullPath(_path))!;
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite };
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else
            {
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            new FileStream(_path, options).Dispose();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException($"The database cannot be created: {fault.Message}", fault);
        }
    }
}
