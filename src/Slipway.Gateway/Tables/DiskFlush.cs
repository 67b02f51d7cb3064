using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Slipway.Gateway.Engines;

namespace Slipway.Gateway.Tables;

/// <summary>Makes what was written durable, where the framework has no call for it or one that asks for more.</summary>
internal static partial class DiskFlush
{
    /// <summary>Flushes a folder's entries to disk; does nothing on Windows, where a rename is in its journal.</summary>
    /// <exception cref="IOException">The folder is gone, or the disk fails.</exception>
    public static void Folder(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = Open(folder, flags: 0);
        if (descriptor < 0)
            throw new IOException($"The folder {folder} cannot be opened for flushing (error {Marshal.GetLastPInvokeError()}).");
        try
        {
            if (Sync(descriptor) != 0)
                throw new IOException($"The folder {folder} cannot be flushed to disk (error {Marshal.GetLastPInvokeError()}).");
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>
    /// Flushes a file's data to disk, and of the rest only what reading it back needs: where neither its length nor its place
    /// changed, the file system's journal, which carries the time of the write, is not waited for.
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
        {
            if (Linux.LastError != Linux.ErrorInterrupted)
                throw new IOException($"A file cannot be flushed to disk (error {Linux.LastError}).");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int SyncData(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
