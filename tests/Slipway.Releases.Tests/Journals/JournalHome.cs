using Microsoft.Data.Sqlite;
using Slipway.Releases.Journals;
using Slipway.Simulation;

namespace Slipway.Releases.Tests.Journals;

/// <summary>A home folder with a journal in it, removed afterwards.</summary>
internal sealed class JournalHome : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("slipway-journal-").FullName;

    public string Database => Path.Combine(Folder, "journal.db");

    public string Head => Path.Combine(Folder, "journal.head");

    public Journal Open(bool repair = false) => Journal.Open(Folder, TimeProvider.System, repair);

    public async Task Write(int records)
    {
        await using var journal = Open();
        for (var i = 0; i < records; i++)
            journal.Append(Scenes.Environment, null, "ada", new DownRequested(i % 2 == 0));
    }

    /// <summary>Changes the file as somebody with a SQLite shell would, the triggers taken away and put back.</summary>
    public void Tamper(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT sql FROM sqlite_master WHERE type = 'trigger'";
        var triggers = new List<string>();
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read())
                triggers.Add(reader.GetString(0));
        }
        command.CommandText = $"DROP TRIGGER journal_no_update; DROP TRIGGER journal_no_delete; {sql}; {string.Join(';', triggers)}";
        command.ExecuteNonQuery();
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
