using System.Globalization;
using System.Runtime.CompilerServices;
using Slipway.Core.Api;
using Slipway.Core.Manifests;

namespace Slipway.Releases.Journals;

/// <summary>What has happened, as an append-only chain of records, each with the hash of the one before.</summary>
public sealed class Journal : IAsyncDisposable
{
    private const string FileName = "journal.db";
    private const string HeadName = "journal.head";

    private readonly Lock _lock = new();
    private readonly IEventStore _store;
    private readonly TimeProvider _clock;
    private TaskCompletionSource _appended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private JournalHead _last;
    private bool _headBehind;

    private Journal(IEventStore store, TimeProvider clock, JournalCheck.Finding finding)
    {
        (_store, _clock, _last) = (store, clock, new(finding.Records, finding.LastHash));
        // A crash between a record and its head leaves the head behind; it is made good before the next record.
        _headBehind = finding.Records > 0;
    }

    /// <summary>The number of the last record; 0 when there is none.</summary>
    public long LastSequence
    {
        get
        {
            lock (_lock)
                return _last.Sequence;
        }
    }

    /// <summary>Opens the journal of a home, making one where there is none, and reads the whole of it.</summary>
    /// <param name="home">The home folder; the journal is <c>journal.db</c> and <c>journal.head</c> in it.</param>
    /// <param name="clock">The time.</param>
    /// <param name="repair">Whether a damaged journal is set aside and begun anew from its last good record.</param>
    /// <exception cref="JournalDamagedException">A record is damaged or missing, and <paramref name="repair"/> is false.</exception>
    /// <exception cref="JournalException">It is locked by another process, newer than this program, or cannot be opened.</exception>
    public static Journal Open(string home, TimeProvider clock, bool repair = false)
    {
        if (!repair)
            return Over(new SqliteEventStore(Path.Combine(home, FileName), Path.Combine(home, HeadName)), clock);
        return JournalRepair.Open(Path.Combine(home, FileName), Path.Combine(home, HeadName), clock);
    }

    /// <summary>The store of a home's journal, under a lease that was taken, making one where there is none.</summary>
    /// <param name="home">The home folder.</param>
    /// <param name="holder">Who holds the lease; a record is refused once another does.</param>
    /// <exception cref="JournalException">It is newer than this program, or cannot be opened.</exception>
    public static IEventStore Store(string home, string holder) => new SqliteEventStore(Path.Combine(home, FileName), Path.Combine(home, HeadName), holder);

    /// <summary>Where the lease of a home's journal is.</summary>
    /// <param name="home">The home folder.</param>
    /// <exception cref="JournalException">It cannot be opened.</exception>
    public static Leases.ILeaseStore Lease(string home) => new SqliteLeaseStore(Path.Combine(home, FileName));

    /// <summary>Opens a journal over a store that it then owns.</summary>
    /// <exception cref="JournalDamagedException">A record is damaged or missing.</exception>
    public static Journal Over(IEventStore store, TimeProvider clock)
    {
        try
        {
            var finding = JournalCheck.Run(store);
            return finding.Fault is null ? new(store, clock, finding) : throw new JournalDamagedException(finding.Fault, finding.Records);
        }
        catch (JournalException)
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Sets the damage of a store aside and goes on from its last good record; nothing where all is whole.</summary>
    /// <exception cref="JournalException">It could not.</exception>
    public static void Repair(IRepairableStore store, TimeProvider clock) => JournalRepair.Run(store, clock);

    /// <summary>Checks the journal of a home that no control plane has open.</summary>
    /// <exception cref="JournalException">A control plane has it open, or it cannot be opened.</exception>
    public static AuditView Verify(string home)
    {
        try
        {
            using var store = new SqliteEventStore(Path.Combine(home, FileName), Path.Combine(home, HeadName));
            return View(JournalCheck.Run(store));
        }
        catch (JournalDamagedException fault)
        {
            return new(fault.LastGood, StoredRecord.NoHash, fault.Fault);
        }
    }

    /// <summary>Reads the whole journal again from the disk and checks every record, the chain and the head.</summary>
    public AuditView Verify()
    {
        lock (_lock)
        {
            var finding = JournalCheck.Run(_store);
            var ours = finding.Fault is null && finding.Records != _last.Sequence
                ? $"It ends at record {finding.Records}, but {_last.Sequence} were written." : finding.Fault;
            return View(finding with { Fault = ours });
        }
    }

    /// <summary>The same beside the one who writes it, so that more than was known here is no fault.</summary>
    public AuditView VerifyBeside()
    {
        lock (_lock)
            return View(JournalCheck.Run(_store));
    }

    /// <summary>Up to so many records after a number, oldest first.</summary>
    public IReadOnlyList<EventView> Read(long after, int limit)
        => [.. Records(after, limit).Select(record => record.View())];

    /// <summary>Records after a number, oldest first; goes on with new ones until cancelled.</summary>
    public async IAsyncEnumerable<EventView> Follow(long after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            Task more;
            lock (_lock)
                more = _appended.Task;
            foreach (var record in Records(after, 256))
            {
                after = record.Sequence;
                yield return record.View();
            }
            if (after == LastSequence)
                await more.WaitAsync(cancellation);
        }
    }

    /// <summary>Up to so many records after a number, as the fold takes them.</summary>
    public IReadOnlyList<JournalRecord> Records(long after, int limit = int.MaxValue)
    {
        lock (_lock)
            return [.. _store.Read(after).Take(limit).Select(JournalCheck.Parse)];
    }

    /// <summary>Makes an event durable, and only then returns.</summary>
    /// <param name="environment">The environment; null for none.</param>
    /// <param name="rollout">The rollout; null for none.</param>
    /// <param name="actor">Who caused it.</param>
    /// <param name="happened">The event.</param>
    /// <exception cref="JournalException">It could not be kept; nothing of it is. What it announces must not be done.</exception>
    public JournalRecord Append(EnvironmentName? environment, RolloutId? rollout, string actor, JournalEvent happened)
    {
        lock (_lock)
        {
            if (_headBehind)
                _store.WriteHead(_last);
            _headBehind = false;
            var at = _clock.GetUtcNow().ToUniversalTime();
            var record = new StoredRecord(
                _last.Sequence + 1, at.ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ", CultureInfo.InvariantCulture), environment?.ToString(),
                rollout?.ToString(), happened.Kind, actor, JournalJson.Write(happened), _last.Hash, "");
            record = record with { Hash = record.ComputeHash() };
            _store.Append(record);
            _last = new(record.Sequence, record.Hash);
            WriteHeadLocked();
            _appended.TrySetResult();
            _appended = new(TaskCreationOptions.RunContinuationsAsynchronously);
            return new(record.Sequence, at, environment, rollout, actor, happened, record.Hash);
        }
    }

    /// <summary>The fencing token that the next start of a control plane takes, if nothing is written before.</summary>
    public Ports.FencingToken NextFence()
        => new(Records(0).Select(record => record.Event).OfType<JournalRepaired>().Sum(repaired => repaired.FenceFloor) + LastSequence + 1);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        lock (_lock)
            _store.Dispose();
        return ValueTask.CompletedTask;
    }

    // The record is durable already, so a head that cannot be written is no reason to say that it is not. The next append
    // writes it first and fails if it still cannot.
    private void WriteHeadLocked()
    {
        try
        {
            _store.WriteHead(_last);
        }
        catch (JournalException)
        {
            _headBehind = true;
        }
    }

    private static AuditView View(JournalCheck.Finding finding) => new(finding.Records, finding.LastHash, finding.Fault);
}
