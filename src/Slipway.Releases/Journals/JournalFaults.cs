namespace Slipway.Releases.Journals;

/// <summary>The journal cannot be used; the message says why and what to do.</summary>
/// <param name="message">Why, and what to do.</param>
/// <param name="inner">The cause.</param>
public class JournalException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A record of the journal is damaged or missing.</summary>
/// <param name="fault">What is wrong, and at which record.</param>
/// <param name="lastGood">The number of the last record that is whole; 0 when none is.</param>
public sealed class JournalDamagedException(string fault, long lastGood)
    : JournalException($"The journal is damaged. {fault} Records up to {lastGood} are whole. Restore journal.db and journal.head from a backup, or run slipway audit repair: it keeps the damaged file aside and goes on from record {lastGood}.")
{
    /// <summary>What is wrong, and at which record.</summary>
    public string Fault { get; } = fault;

    /// <summary>The number of the last record that is whole; 0 when none is.</summary>
    public long LastGood { get; } = lastGood;
}

/// <summary>The journal was written by a newer program.</summary>
/// <param name="sequence">The record that is not understood.</param>
/// <param name="kind">Its kind.</param>
/// <param name="inner">The cause.</param>
public sealed class JournalNewerException(long sequence, string kind, Exception? inner = null)
    : JournalException($"Record {sequence} of the journal is of the kind '{kind}', which this version does not know: a newer Slipway wrote it. Use that version or a newer one.", inner);

/// <summary>Another process holds the journal in the middle of something.</summary>
/// <param name="message">Why, and what to do.</param>
/// <param name="inner">The cause.</param>
public sealed class JournalBusyException(string message, Exception? inner = null) : JournalException(message, inner);
