using Slipway.Core.Routing;
using Slipway.Gateway.Hosting;

namespace Slipway.Gateway.Tables;

/// <summary>
/// The tables on disk: <c>table.json</c> and the one before it, <c>table.previous.json</c>. A new one is written beside,
/// flushed and renamed, so that at every instant at least one whole table lies there.
/// </summary>
internal sealed class TableStore(string home, GatewayLog log)
{
    private readonly string _current = Path.Combine(home, "table.json");
    private readonly string _previous = Path.Combine(home, "table.previous.json");
    private readonly string _next = Path.Combine(home, "table.next.json");

    /// <summary>The last table that is whole; null when there is none.</summary>
    public RouteTable? Load()
    {
        if (Read(_current) is { } current)
            return current;
        var table = Read(_previous);
        if (table is not null)
            log.Warn("serving the table before the last one", ("version", $"{table.Version}"), ("file", _previous));
        return table;
    }

    /// <summary>Makes a table the one that a start would load.</summary>
    /// <exception cref="IOException">The disk is full or failing; the former table stays.</exception>
    public void Save(RouteTable table)
    {
        var content = TableFile.Write(table);
        using (var file = new FileStream(_next, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }
        // A file that was damaged or deleted meanwhile must not push out the whole one that is behind it.
        if (Read(_current) is not null)
            File.Move(_current, _previous, overwrite: true);
        File.Move(_next, _current, overwrite: true);
        DirectoryFlush.Flush(home);
    }

    private RouteTable? Read(string path)
    {
        byte[] content;
        try
        {
            content = File.ReadAllBytes(path);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Error("a route table cannot be read", ("file", path), ("fault", e.Message));
            return null;
        }
        var table = TableFile.Read(content, out var reason);
        if (table is null)
            log.Error("a route table is refused", ("file", path), ("fault", reason));
        return table;
    }
}
