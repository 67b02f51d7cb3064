using System.Runtime.InteropServices;

namespace Slipway.Gateway.Wires;

/// <summary>The memory behind arrays that are kept and not used.</summary>
internal static unsafe partial class PageMemory
{
    private const int DontNeed = 4; // MADV_DONTNEED of Linux: the pages are gone at once, and come back as zeros when touched.

    /// <summary>
    /// Gives the whole pages of a pinned array back to the operating system; the array stays, its content is lost. A collection would
    /// give back more, and comes only when much is allocated, which a gateway does not. Linux only.
    /// </summary>
    public static void GiveBack(byte[] pinned)
    {
        if (!OperatingSystem.IsLinux())
            return;
        var page = (nuint)Environment.SystemPageSize;
        var start = (nuint)AddressOf(pinned);
        var first = (start + page - 1) & ~(page - 1);
        var end = (start + (nuint)pinned.Length) & ~(page - 1);
        if (first < end)
            _ = Advise((void*)first, end - first, DontNeed);
    }

    // The array is pinned for good: its place can be taken without holding it there.
    private static void* AddressOf(byte[] pinned)
    {
        fixed (byte* at = pinned)
            return at;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* start, nuint length, int advice);
}
