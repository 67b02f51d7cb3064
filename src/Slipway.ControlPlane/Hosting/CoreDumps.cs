using System.Runtime.InteropServices;

namespace Slipway.ControlPlane.Hosting;

/// <summary>
/// A dump of a crashed process holds whatever secret it knew. None is written of this process, nor of the gateways and instances
/// that it starts: they inherit the limit. A program that wants one may raise it again.
/// </summary>
internal static partial class CoreDumps
{
    // RLIMIT_CORE, the same on Linux and macOS.
    private const int Resource = 4;

    /// <summary>Sets the soft limit of a core file's size to 0.</summary>
    public static void Disable()
    {
        if (OperatingSystem.IsWindows())
            return;
        if (GetLimit(Resource, out var limit) == 0)
            _ = SetLimit(Resource, limit with { Soft = 0 });
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, in Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private record struct Limit(nuint Soft, nuint Hard);
}
