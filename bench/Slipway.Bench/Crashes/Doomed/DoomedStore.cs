using Slipway.Releases.Journals;

namespace Slipway.Bench.Crashes.Doomed;

/// <summary>A journal's store whose every write may be the last.</summary>
internal sealed class DoomedStore(IEventStore store, Fate fate) : IEventStore
{
    public void Append(StoredRecord record) => fate.Around($"record {record.Kind}", () => store.Append(record));

    public void WriteHead(JournalHead head) => fate.Around("head", () => store.WriteHead(head));

    public IEnumerable<StoredRecord> Read(long after) => store.Read(after);

    public string? Fault() => store.Fault();

    public JournalHead? ReadHead() => store.ReadHead();

    public void Dispose() => store.Dispose();
}
