using Slipway.Core.Api;

namespace Slipway.Releases.Journals;

/// <summary>What has happened, as an append-only chain of records, each with the hash of the one before.</summary>
public sealed class Journal : IAsyncDisposable
{
    private Journal()
    {
    }

    /// <summary>Opens the journal of a home, making one where there is none, and reads the whole of it.</summary>
    /// <param name="home">The home folder; the journal is <c>journal.db</c> and <c>journal.head</c> in it.</param>
    /// <param name="clock">The time.</param>
    /// <param name="repair">Whether a damaged journal is set aside and begun anew from its last good record.</param>
    /// <exception cref="JournalDamagedException">A record is damaged or missing, and <paramref name="repair"/> is false.</exception>
    /// <exception cref="JournalException">It is locked by another process, newer than this program, or cannot be opened.</exception>
    public static Journal Open(string home, TimeProvider clock, bool repair = false) => throw new NotSupportedException("Under construction.");

    /// <summary>The number of the last record; 0 when there is none.</summary>
    public long LastSequence => throw new NotSupportedException("Under construction.");

    /// <summary>Up to so many records after a number, oldest first.</summary>
    public IReadOnlyList<EventView> Read(long after, int limit) => throw new NotSupportedException("Under construction.");

    /// <summary>Records after a number, oldest first; goes on with new ones until cancelled.</summary>
    public IAsyncEnumerable<EventView> Follow(long after, CancellationToken cancellation) => throw new NotSupportedException("Under construction.");

    /// <summary>Reads the whole journal again from the disk and checks every record, the chain and the head.</summary>
    public AuditView Verify() => throw new NotSupportedException("Under construction.");

    /// <summary>Checks the journal of a home that no control plane has open.</summary>
    public static AuditView Verify(string home) => throw new NotSupportedException("Under construction.");

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>The journal cannot be used; the message says why and what to do.</summary>
/// <param name="message">Why, and what to do.</param>
/// <param name="inner">The cause.</param>
public class JournalException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A record of the journal is damaged or missing.</summary>
/// <param name="message">Which one, and what to do.</param>
/// <param name="lastGood">The number of the last record that is whole; 0 when none is.</param>
public sealed class JournalDamagedException(string message, long lastGood) : JournalException(message)
{
    /// <summary>The number of the last record that is whole; 0 when none is.</summary>
    public long LastGood { get; } = lastGood;
}
