using Slipway.Releases.Journals;

namespace Slipway.Simulation;

/// <summary>A journal's disk in memory; it survives the engine, and can lose the engine between any two writes.</summary>
internal sealed class MemoryEventStore(Action step) : IEventStore
{
    public List<StoredRecord> Records { get; private init; } = [];

    public JournalHead? Head { get; private set; }

    /// <summary>The same disk, as the next engine opens it.</summary>
    public MemoryEventStore Reopen(Action next) => new(next) { Records = Records, Head = Head };

    public void Append(StoredRecord record)
    {
        step();
        Records.Add(record);
        step();
    }

    public void WriteHead(JournalHead head)
    {
        step();
        Head = head;
    }

    public IEnumerable<StoredRecord> Read(long after) => [.. Records.Where(record => record.Sequence > after)];

    public string? Fault() => null;

    public JournalHead? ReadHead() => Head;

    public void Dispose()
    {
        // The disk outlives whoever reads it.
    }
}
