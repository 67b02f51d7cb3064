using System.Text;
using Courier.Messages;
using Courier.Messages.Sqlite;

namespace Courier.Tests.Store;

/// <summary>A database in a folder of its own, opened as often as a test has processes.</summary>
public sealed class TempDatabase : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("courier-").FullName;
    private readonly List<SqliteFile> _files = [];

    public string Path => System.IO.Path.Combine(_folder, "courier.db");

    public SqliteFile Open(Func<string?>? outage = null)
    {
        var file = new SqliteFile(Path, outage);
        lock (_files)
            _files.Add(file);
        return file;
    }

    public static Message NewMessage(DateTimeOffset at, string recipient = "http://127.0.0.1:1/", string body = "hello") => new()
    {
        Id = MessageId.New(at),
        Recipient = Recipient.Parse(recipient),
        Body = new("text/plain", Encoding.UTF8.GetBytes(body)),
        Status = MessageStatus.Pending,
        CreatedAt = at,
        SendAt = at,
        UpdatedAt = at,
        NextAttemptAt = at,
        Attempts = 0,
        Correlation = new("request-1", "0af7651916cd43dd8448eb211c80319c"),
    };

    public void Dispose()
    {
        _files.ForEach(static file => file.Dispose());
        Directory.Delete(_folder, recursive: true);
    }
}
