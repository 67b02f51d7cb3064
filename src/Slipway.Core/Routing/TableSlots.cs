namespace Slipway.Core.Routing;

/// <summary>A table that lies whole in one of a gateway's two files.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="Content">All that the file holds.</param>
/// <param name="Table">The table in it.</param>
public sealed record StoredTable(string Name, ReadOnlyMemory<byte> Content, RouteTable Table);

/// <summary>
/// The two files in a gateway's home that hold tables. A new one is written over the older, so that the newest is whole
/// whatever becomes of that write, and whichever of the two it lies in.
/// </summary>
public static class TableSlots
{
    /// <summary>The name of the file that is written first in an empty home.</summary>
    public const string First = "table.a.json";

    /// <summary>The name of the other file.</summary>
    public const string Second = "table.b.json";

    /// <summary>The name of the file beside one.</summary>
    public static string Other(string name) => name == First ? Second : First;

    /// <summary>
    /// The table that a gateway starts with: of those that are whole and without faults the one with the highest version; null
    /// where there is none.
    /// </summary>
    /// <param name="read">What a file of a name holds; null when it is missing or cannot be read.</param>
    /// <param name="refused">Told of a file that holds no table, with its name and the reason.</param>
    public static StoredTable? Newest(Func<string, byte[]?> read, Action<string, string>? refused = null)
    {
        var (first, second) = (Table(First), Table(Second));
        return first is null || second?.Table.Version > first.Table.Version ? second : first;

        StoredTable? Table(string name)
        {
            if (read(name) is not { } content)
                return null;
            if (TableFile.Read(content, out var reason) is { } table)
                return new(name, content, table);
            refused?.Invoke(name, reason);
            return null;
        }
    }
}
