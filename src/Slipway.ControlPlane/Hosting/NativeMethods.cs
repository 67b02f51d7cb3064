using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Slipway.ControlPlane.Hosting;

/// <summary>The few calls of the C library that .NET does not offer.</summary>
[UnsupportedOSPlatform("windows")]
internal static partial class NativeMethods
{
    /// <summary>The effective user of this process.</summary>
    [LibraryImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    internal static partial uint GetEffectiveUser();

    /// <summary>Changes the owner of a path itself, never of what a link points to; 0 when done.</summary>
    [LibraryImport("libc", EntryPoint = "lchown", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    internal static partial int ChangeOwner(string path, uint user, uint group);

    /// <summary>Opens a file without asking for the advisory lock that .NET takes; a negative number when it cannot.</summary>
    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    internal static partial int OpenFile(string path, int flags);

    /// <summary>Reads a clock of the kernel; 0 when done.</summary>
    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    internal static partial int ReadClock(int clock, out KernelTime time);

    /// <summary>A time of the kernel.</summary>
    /// <param name="Seconds">Whole seconds.</param>
    /// <param name="Nanoseconds">0 to 999,999,999.</param>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly record struct KernelTime(long Seconds, long Nanoseconds);
}
