namespace Slipway.Releases.Journals;

/// <summary>Sets a damaged journal aside and begins anew from the part of it that is whole.</summary>
internal static class JournalRepair
{
    /// <summary>Opens a journal, repairing it first where it must be.</summary>
    public static Journal Open(string path, string headPath, TimeProvider clock)
    {
        var (good, finding) = Salvage(path, headPath);
        if (finding.Fault is null)
            return Journal.Over(new SqliteEventStore(path, headPath), clock);
        var aside = $"{path}.damaged-{clock.GetUtcNow().UtcDateTime:yyyyMMdd-HHmmss}";
        foreach (var suffix in (string[])["", "-wal"])
        {
            if (File.Exists(path + suffix))
                File.Copy(path + suffix, aside + suffix, overwrite: true);
        }
        if (File.Exists(headPath))
            File.Copy(headPath, aside + ".head", overwrite: true);
        var beside = path + ".repaired";
        File.Delete(beside);
        using (var store = new SqliteEventStore(beside, headPath))
        {
            foreach (var record in good)
                store.Append(record);
        }
        // The old write-ahead log must not be played into the new file.
        File.Delete(path + "-wal");
        File.Delete(path + "-shm");
        File.Move(beside, path, overwrite: true);
        var repaired = new SqliteEventStore(path, headPath);
        repaired.WriteHead(new(finding.Records, finding.LastHash));
        var journal = Journal.Over(repaired, clock);
        journal.Append(null, null, "slipway", new JournalRepaired(finding.Records, Path.GetFileName(aside), finding.Fault, finding.HighestSequence));
        return journal;
    }

    /// <summary>Repairs a store in place, where it must be.</summary>
    public static void Run(IRepairableStore store, TimeProvider clock)
    {
        var finding = JournalCheck.Run(store);
        if (finding.Fault is null)
            return;
        List<StoredRecord> good = [.. store.Read(0).TakeWhile(record => record.Sequence <= finding.Records)];
        var aside = store.BeginAnew(good, clock.GetUtcNow());
        store.WriteHead(new(finding.Records, finding.LastHash));
        Journal.Over(store, clock).Append(null, null, "slipway", new JournalRepaired(finding.Records, aside, finding.Fault, finding.HighestSequence));
    }

    private static (List<StoredRecord> Good, JournalCheck.Finding Finding) Salvage(string path, string headPath)
    {
        try
        {
            using var store = new SqliteEventStore(path, headPath);
            var finding = JournalCheck.Run(store);
            List<StoredRecord> good = finding.Fault is null ? [] : [.. store.Read(0).TakeWhile(record => record.Sequence <= finding.Records)];
            return (good, finding);
        }
        catch (JournalDamagedException fault)
        {
            // What was lost may have given fencing tokens up to the head's number; without a head, a far higher floor is safe.
            return ([], new(0, StoredRecord.NoHash, fault.Fault, HeadSequence(headPath) ?? 1L << 20));
        }
    }

    private static long? HeadSequence(string headPath)
        => File.Exists(headPath) && long.TryParse(File.ReadAllText(headPath).Split(' ')[0], out var sequence) ? sequence : null;
}
