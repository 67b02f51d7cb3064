using Slipway.Releases.Journals;
using Slipway.Releases.Leases;
using Slipway.Targets.Credentials;

namespace Slipway.Targets.Journals;

/// <summary>A journal in PostgreSQL, for several control planes: the tables <c>slipway_journal</c>, <c>slipway_head</c> and <c>slipway_lease</c> of one schema.</summary>
public sealed class PostgresJournal
{
    private readonly string _connection;

    private PostgresJournal(string connection) => _connection = connection;

    /// <summary>The journal that a connection string leads to.</summary>
    /// <param name="text">A URI, or keywords of libpq or of .NET.</param>
    /// <exception cref="FormatException">It is none; the message is one sentence and holds no value of it.</exception>
    public static PostgresJournal At(string text)
    {
        var builder = PostgresConnection.Read(text);
        // A connection that hangs must not outlast the patience of whoever waits for a record.
        (builder.Pooling, builder.Timeout, builder.CommandTimeout, builder.CancellationTimeout) = (false, 3, 5, 1000);
        builder.ApplicationName ??= "slipway";
        return new(builder.ConnectionString);
    }

    /// <summary>The lease, over a connection of its own.</summary>
    /// <exception cref="JournalException">It does not answer.</exception>
    public ILeaseStore Lease() => new PostgresLeaseStore(new(_connection));

    /// <summary>The records, to be written under a lease, over a connection of their own.</summary>
    /// <param name="holder">Who holds the lease.</param>
    /// <exception cref="JournalException">It does not answer.</exception>
    public IEventStore Store(string holder) => new PostgresEventStore(new(_connection), holder);

    /// <summary>Sets damaged records aside, in a table beside, and begins anew from those that are whole; nothing when all are.</summary>
    /// <param name="clock">The time.</param>
    /// <exception cref="JournalException">It does not answer, or the role may not rename its table.</exception>
    public void Repair(TimeProvider clock)
    {
        using var store = new PostgresEventStore(new(_connection), null);
        Journal.Repair(store, clock);
    }
}
