using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Courier.Messages.Sqlite;

/// <summary>
/// The one writer of this process. What waits is written in one transaction (group commit), each piece in a savepoint of
/// its own: a flush to disk costs the same for one piece as for hundreds, and one that fails does not harm the others.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    // Each may hold a body of the largest size; more than this would be memory spent on answers that come too late.
    private const int WaitingMax = 2_000;
    private const int BatchMax = 256;

    private readonly Func<SqliteSession> _open;
    private readonly BlockingCollection<Piece> _waiting = new(WaitingMax);
    private readonly Lock _lock = new();
    private Thread? _thread;
    private SqliteSession? _session;
    private volatile bool _isBusy;

    public SqliteWriter(Func<SqliteSession> open) => _open = open;

    /// <summary>Whether a transaction is under way.</summary>
    public bool IsBusy => _isBusy;

    /// <summary>Queues a piece; the task ends when it is on disk.</summary>
    public Task<T> WriteAsync<T>(Func<SqliteSession, T> write, CancellationToken cancellation)
    {
        var piece = new Piece<T>(write, cancellation);
        Start();
        if (!_waiting.TryAdd(piece, 0, CancellationToken.None))
            throw new StoreUnavailableException($"{WaitingMax} writes are waiting for the database.");
        return piece.Task;
    }

    /// <summary>Writes what waits, then ends.</summary>
    public void Dispose()
    {
        _waiting.CompleteAdding();
        _thread?.Join();
        _session?.Dispose();
        _waiting.Dispose();
    }

    private void Start()
    {
        if (Volatile.Read(ref _thread) is not null)
            return;
        lock (_lock)
        {
            if (_thread is not null)
                return;
            _thread = new(Run) { IsBackground = true, Name = "database writer" };
            _thread.Start();
        }
    }

    private void Run()
    {
        var batch = new List<Piece>(BatchMax);
        foreach (var first in _waiting.GetConsumingEnumerable())
        {
            batch.Clear();
            batch.Add(first);
            while (batch.Count < BatchMax && _waiting.TryTake(out var next))
                batch.Add(next);
            // A caller that has gone away is told so, unless its piece is already being written.
            batch.RemoveAll(static piece => piece.TryCancel());
            if (batch.Count == 0)
                continue;
            _isBusy = true;
            Write(batch);
            _isBusy = false;
        }
    }

    private void Write(List<Piece> batch)
    {
        try
        {
            _session ??= _open();
            _session.Execute("BEGIN IMMEDIATE");
            foreach (var piece in batch)
            {
                _session.Execute("SAVEPOINT piece");
                if (!piece.TryRun(_session))
                    _session.Execute("ROLLBACK TO piece");
                _session.Execute("RELEASE piece");
            }

            _session.Execute("COMMIT");
        }
        catch (Exception fault)
        {
            // Closing the connection rolls back whatever was open, in whatever state the fault left it.
            _session?.Dispose();
            _session = null;
            var told = fault is SqliteException sqlite ? SqliteFile.Unavailable(sqlite) : fault;
            batch.ForEach(piece => piece.Fail(told));
            return;
        }

        batch.ForEach(static piece => piece.Complete());
    }

    private abstract class Piece
    {
        public abstract bool TryCancel();

        public abstract bool TryRun(SqliteSession session);

        public abstract void Complete();

        public abstract void Fail(Exception fault);
    }

    private sealed class Piece<T>(Func<SqliteSession, T> write, CancellationToken cancellation) : Piece
    {
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;
        private Exception? _fault;

        public Task<T> Task => _done.Task;

        public override bool TryCancel() => cancellation.IsCancellationRequested && _done.TrySetCanceled(cancellation);

        public override bool TryRun(SqliteSession session)
        {
            try
            {
                _result = write(session);
                return true;
            }
            catch (SqliteException fault) when (fault.SqliteErrorCode is 5 or 6 or 10 or 11 or 13 or 14 or 26)
            {
                // Busy, locked, input and output, corrupt, full, cannot open, not a database: the transaction is lost, not the piece.
                throw;
            }
            catch (Exception fault)
            {
                _fault = fault;
                return false;
            }
        }

        public override void Complete()
        {
            if (_fault is null)
                _done.TrySetResult(_result!);
            else
                _done.TrySetException(_fault);
        }

        public override void Fail(Exception fault) => _done.TrySetException(fault);
    }
}
