using Microsoft.Data.Sqlite;

namespace Slipway.Releases.Journals;

/// <summary>What a fault of SQLite means for a journal.</summary>
internal static class SqliteFaults
{
    private const int Busy = 5;
    private const int Locked = 6;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int NotADatabase = 26;

    /// <summary>The fault in our words.</summary>
    public static JournalException Explain(string path, SqliteException fault) => fault.SqliteErrorCode switch
    {
        Busy or Locked => new JournalBusyException(
            $"{path} is locked by another process: a control plane runs on this home. Ask that one, or end it first.", fault),
        Corrupt or NotADatabase => new JournalDamagedException($"SQLite cannot read {path} ({fault.Message}).", 0),
        Full => new JournalException($"The disk is full: nothing was written to {path}. Free some space.", fault),
        _ => new JournalException($"{path} cannot be used: {fault.Message}", fault),
    };
}
