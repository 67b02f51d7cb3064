using Slipway.Core.Routing;

namespace Slipway.Bench;

/// <summary>The tables of a gateway, as they lie on disk.</summary>
internal static class StoredTables
{
    /// <summary>The one that a gateway would start with; null where there is none.</summary>
    /// <param name="home">The gateway's home.</param>
    public static StoredTable? Newest(string home) => TableSlots.Newest(name => Content(Path.Combine(home, name)));

    /// <summary>The file of that one.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static string NewestFile(string home)
        => Path.Combine(home, Newest(home)?.Name ?? throw new InvalidOperationException($"No table is in {home}."));

    private static byte[]? Content(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
