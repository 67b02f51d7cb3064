using System.Globalization;
using System.Text.Json;
using Slipway.Core.Manifests;

namespace Slipway.Releases.Journals;

/// <summary>Reads a journal from its first record to its head and finds the first thing that is wrong.</summary>
internal static class JournalCheck
{
    /// <summary>What a check found.</summary>
    /// <param name="Records">Records that are whole and in order.</param>
    /// <param name="LastHash">The hash of the last of them.</param>
    /// <param name="Fault">What is wrong; null when nothing is.</param>
    /// <param name="HighestSequence">The highest number seen anywhere, the head included.</param>
    public sealed record Finding(long Records, string LastHash, string? Fault, long HighestSequence);

    /// <summary>Checks a whole store.</summary>
    /// <param name="store">The store.</param>
    /// <exception cref="JournalNewerException">A good record is of a kind that this program does not know.</exception>
    public static Finding Run(IEventStore store)
    {
        long last = 0;
        var lastHash = StoredRecord.NoHash;
        var (head, headFault) = Head(store);
        // A repair that could save nothing leaves a head of 0, which is seen before the first record.
        var headSeen = head is null or { Sequence: 0 };
        string? fault = null;
        var highest = head?.Sequence ?? 0;
        string? wrong = null;
        foreach (var record in store.Read(0))
        {
            highest = Math.Max(highest, record.Sequence);
            if (wrong is not null)
                continue;
            wrong = Wrong(record, last, lastHash);
            if (wrong is null && head is not null && record.Sequence == head.Sequence)
            {
                headSeen = true;
                if (record.Hash != head.Hash)
                    fault ??= $"Record {record.Sequence} is not the one that journal.head remembers.";
            }
            if (wrong is not null || fault is not null)
                continue;
            (last, lastHash) = (record.Sequence, record.Hash);
            _ = Parse(record);
        }
        fault = wrong ?? store.Fault() ?? fault ?? headFault;
        if (fault is null && !headSeen)
            fault = $"Records {last + 1} to {head!.Sequence} are missing: the journal was cut off.";
        if (fault is null && head is null && last > 1)
            fault = $"journal.head is missing, so nobody can say whether record {last} was the last.";
        // A damaged number must not carry the fencing tokens out of reach.
        return new(last, lastHash, fault, Math.Min(highest, last + (1 << 20)));
    }

    /// <summary>A stored record, read.</summary>
    public static JournalRecord Parse(StoredRecord record)
    {
        JournalEvent happened;
        try
        {
            happened = JournalJson.Read(record.Body);
        }
        catch (Exception fault) when (fault is JsonException or NotSupportedException)
        {
            throw new JournalNewerException(record.Sequence, record.Kind, fault);
        }
        return new(
            record.Sequence,
            DateTimeOffset.Parse(record.At, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal),
            EnvironmentName.TryParse(record.Environment, out var environment) ? environment : (EnvironmentName?)null,
            RolloutId.TryParse(record.Rollout, out var rollout) ? rollout : (RolloutId?)null,
            record.Actor, happened, record.Hash);
    }

    private static (JournalHead? Head, string? Fault) Head(IEventStore store)
    {
        try
        {
            return (store.ReadHead(), null);
        }
        catch (JournalException fault)
        {
            return (null, fault.Message);
        }
    }

    private static string? Wrong(StoredRecord record, long last, string lastHash)
    {
        if (record.Sequence != last + 1)
            return last + 1 == record.Sequence - 1 ? $"Record {last + 1} is missing." : $"Records {last + 1} to {record.Sequence - 1} are missing.";
        if (record.ComputeHash() != record.Hash)
            return $"Record {record.Sequence} is damaged: its content does not have its hash.";
        return record.Previous == lastHash ? null : $"Record {record.Sequence} does not follow record {last}: the chain is broken there.";
    }
}
