using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Courier.Messages.Sqlite;

/// <summary>
/// Points the SQLite bindings at the operating system's own library, which its updates keep patched, instead of a copy
/// carried along.
/// </summary>
internal static class OperatingSystemSqlite
{
    // UPDATE ... RETURNING came with 3.35.
    private const int VersionMin = 3_035_000;
    private static readonly Lazy<string?> _fault = new(Load);

    /// <summary>Why it cannot be used; null when it can.</summary>
    public static string? Fault => _fault.Value;

    private static string? Load()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        try
        {
            raw.SetProvider(new SQLite3Provider_e_sqlite3());
            return raw.sqlite3_libversion_number() >= VersionMin
                ? null
                : $"The system's SQLite is {raw.sqlite3_libversion().utf8_to_string()}; 3.35 or later is needed.";
        }
        catch (DllNotFoundException)
        {
            return $"The system has no SQLite ({FileName}). On Debian: apt-get install libsqlite3-0.";
        }
    }

    private static string FileName
        => OperatingSystem.IsWindows() ? "winsqlite3" : OperatingSystem.IsMacOS() ? "libsqlite3.dylib" : "libsqlite3.so.0";

    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? path)
        => name == "e_sqlite3" ? NativeLibrary.Load(FileName) : IntPtr.Zero;
}
