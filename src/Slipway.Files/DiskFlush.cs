using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Slipway.Files;

/// <summary>Makes what was written survive a loss of power, where the framework has no call for it or one that asks for more.</summary>
public static partial class DiskFlush
{
    private const int Interrupted = 4;

    private static int CloseOnExec => OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000;

    /// <summary>Flushes a folder's entries to disk (fsync(2)); does nothing on Windows, where a rename is in its journal.</summary>
    /// <exception cref="IOException">The folder is gone, or the disk fails.</exception>
    public static void Folder(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = Open(folder, CloseOnExec);
        if (descriptor < 0)
            throw Fault($"The folder {folder} cannot be opened for flushing");
        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        while (Sync(handle) != 0)
            ThrowUnlessInterrupted($"The folder {folder} cannot be flushed to disk");
    }

    /// <summary>
    /// Flushes a file's data to disk, and of the rest only what reading it back needs (fdatasync(2)): where neither its length nor
    /// its place changed, the file system's journal, which carries the time of the write, is not waited for.
    /// </summary>
    /// <exception cref="IOException">The disk fails.</exception>
    public static void Data(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
        {
            RandomAccess.FlushToDisk(file);
            return;
        }
        while (SyncData(file) != 0)
            ThrowUnlessInterrupted("A file cannot be flushed to disk");
    }

    private static void ThrowUnlessInterrupted(string what)
    {
        if (Marshal.GetLastPInvokeError() != Interrupted)
            throw Fault(what);
    }

    private static IOException Fault(string what) => new($"{what}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}.");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int SyncData(SafeFileHandle file);
}
