using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Slipway.Releases.Journals;

/// <summary>
/// Points the SQLite provider at the operating system's own library, which its distributor keeps patched, instead of one
/// that we would have to carry.
/// </summary>
internal static class SystemSqlite
{
    private static readonly Lazy<bool> Loaded = new(Load);

    /// <summary>Loads the library once.</summary>
    /// <exception cref="JournalException">There is none.</exception>
    public static void Use() => _ = Loaded.Value;

    private static bool Load()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        try
        {
            raw.SetProvider(new SQLite3Provider_e_sqlite3());
            _ = raw.sqlite3_libversion_number();
        }
        catch (DllNotFoundException fault)
        {
            throw new JournalException("SQLite is missing on this machine. Install it: apt-get install libsqlite3-0.", fault);
        }
        return true;
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? search)
    {
        if (name != "e_sqlite3")
            return 0;
        string[] candidates = OperatingSystem.IsWindows() ? ["winsqlite3.dll"]
            : OperatingSystem.IsMacOS() ? ["/usr/lib/libsqlite3.dylib", "libsqlite3.dylib"]
            : ["libsqlite3.so.0", "libsqlite3.so"];
        foreach (var candidate in candidates)
        {
            if (NativeLibrary.TryLoad(candidate, out var library))
                return library;
        }
        return 0;
    }
}
