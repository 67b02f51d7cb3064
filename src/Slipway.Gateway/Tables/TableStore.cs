using Slipway.Core.Routing;
using Slipway.Gateway.Hosting;

namespace Slipway.Gateway.Tables;

/// <summary>
/// The tables on disk, in two files (<see cref="TableSlots"/>). A new one is written over the older, in place, and the file of the
/// live one is not touched: nothing here trusts in a rename, but in a checksum, and in there being another file.
/// <para>Who dies before the write leaves both tables as they were. Who dies in the middle, by a signal or by a loss of power,
/// leaves in the written file any mixture of blocks, old and new, in any order: it is either a whole table, the old or the
/// new, or one that its length, its checksum or what follows it gives away; and the live one lies in the other file. Who dies
/// after the flush leaves the new one, and the one before it. Whoever starts and saves next writes over the torn file again, so that
/// dying twice, or each time, is no worse than once.</para>
/// <para>A gateway that was killed between write and flush leaves a table that its successor reads, and that is nowhere but in memory.
/// So what a process did not save itself is flushed before the file beside it is written over.</para>
/// </summary>
internal sealed class TableStore(string home, GatewayLog log)
{
    // What is known to be on the disk; null before the first save.
    private StoredTable? _durable;

    /// <summary>The newest table that is whole; null when there is none.</summary>
    public RouteTable? Load()
    {
        var newest = Newest(out var isDoubtful);
        // A damaged file's version is not to be believed: it was the newest, the one before, or one that was never wholly written.
        if (newest is not null && isDoubtful)
            log.Warn("serving the only route table that is whole", ("version", $"{newest.Table.Version}"), ("file", PathOf(newest.Name)));
        return newest?.Table;
    }

    /// <summary>Makes a table the one that a start would load. Its version is higher than that of the live one.</summary>
    /// <exception cref="IOException">The disk is full or failing; the former table stays.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written; the former table stays.</exception>
    public void Save(RouteTable table)
    {
        var name = FileFor(table);
        var content = InPlaceFile.Write(PathOf(name), TableFile.Write(table));
        _durable = new(name, content, table);
    }

    // A file that was damaged, changed or deleted meanwhile must not push out the whole one beside it. So it is looked at each time.
    private string FileFor(RouteTable table)
    {
        if (_durable is { } known && IsUntouched(known))
            return TableSlots.Other(known.Name);
        _durable = null;
        if (Newest(out _) is not { } newest)
            return TableSlots.First;
        // One that is as new was put there by somebody else, or by a save that failed, and would be served in this one's stead.
        if (newest.Table.Version >= table.Version)
            return newest.Name;
        InPlaceFile.Flush(PathOf(newest.Name));
        _durable = newest;
        return TableSlots.Other(newest.Name);
    }

    private bool IsUntouched(StoredTable stored)
    {
        try
        {
            return File.ReadAllBytes(PathOf(stored.Name)).AsSpan().SequenceEqual(stored.Content.Span);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private StoredTable? Newest(out bool isDoubtful)
    {
        var troubles = 0;
        var newest = TableSlots.Newest(Content, Refused);
        isDoubtful = troubles > 0;
        return newest;

        byte[]? Content(string name)
        {
            try
            {
                return File.ReadAllBytes(PathOf(name));
            }
            catch (FileNotFoundException)
            {
                return null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                troubles++;
                log.Error("a route table cannot be read", ("file", PathOf(name)), ("fault", e.Message));
                return null;
            }
        }

        void Refused(string name, string reason)
        {
            troubles++;
            log.Error("a route table is refused", ("file", PathOf(name)), ("fault", reason));
        }
    }

    private string PathOf(string name) => Path.Combine(home, name);
}
