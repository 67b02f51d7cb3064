namespace Slipway.Releases.Journals;

/// <summary>
/// Keeps records durably. It is called by one thread at a time. SQLite is one; a PostgreSQL for several control planes
/// fits the same port.
/// </summary>
public interface IEventStore : IDisposable
{
    /// <summary>Makes a record durable, whole or not at all.</summary>
    /// <exception cref="JournalException">It could not; nothing of it is kept.</exception>
    void Append(StoredRecord record);

    /// <summary>Remembers the last record apart from the records, durably. A crash may leave it behind, never ahead.</summary>
    /// <exception cref="JournalException">It could not.</exception>
    void WriteHead(JournalHead head);

    /// <summary>The records after a number, by their number. Ends early, with <see cref="Fault"/> set, where the storage itself cannot be read.</summary>
    IEnumerable<StoredRecord> Read(long after);

    /// <summary>What the storage itself finds wrong with it beyond the records; null when nothing is.</summary>
    string? Fault();

    /// <summary>The head; null when there is none.</summary>
    /// <exception cref="JournalException">There is one, but it cannot be read.</exception>
    JournalHead? ReadHead();
}

/// <summary>A store in which damage can be set aside without another file beside it.</summary>
public interface IRepairableStore : IEventStore
{
    /// <summary>Keeps all that is there under another name, and leaves only the first records.</summary>
    /// <param name="good">The records that are whole, from the first on.</param>
    /// <param name="now">The time.</param>
    /// <returns>The name under which the damaged ones are kept.</returns>
    /// <exception cref="JournalException">It could not.</exception>
    string BeginAnew(IReadOnlyList<StoredRecord> good, DateTimeOffset now);
}
