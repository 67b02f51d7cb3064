using Slipway.Files;

namespace Slipway.Gateway.Tables;

/// <summary>
/// Writes a file over what it holds, with newlines up to the length that it has: as no length changes, nothing but data must
/// reach the disk, in one flush. Whoever reads it must know a torn one, and have another.
/// </summary>
internal static class InPlaceFile
{
    private const int BlockBytes = 4096;
    private const int TimesTooLongMax = 4;

    /// <summary>Puts content in the place of what a file holds, durably. One that is missing is made, for its owner alone.</summary>
    /// <returns>All that the file holds now: the content, and newlines.</returns>
    /// <exception cref="IOException">The disk is full or failing; what the file holds is not known.</exception>
    /// <exception cref="UnauthorizedAccessException">The file, or the folder, may not be written.</exception>
    public static byte[] Write(string path, ReadOnlySpan<byte> content)
    {
        // Shared, since the framework takes a lock otherwise, and refuses to write while somebody reads.
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.ReadWrite, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(path, options);
        var present = file.Length;
        // Before it holds anything, so that one that holds something needs no second look at its folder, whatever fails in between.
        if (present == 0)
            DiskFlush.Folder(Path.GetDirectoryName(path)!);
        var length = WholeBlocks(content.Length);
        // What was very long once is not written as long for ever.
        if (present > TimesTooLongMax * length)
            file.SetLength(length);
        else
            length = Math.Max(length, WholeBlocks(present));
        var whole = new byte[length];
        content.CopyTo(whole);
        whole.AsSpan(content.Length).Fill((byte)'\n');
        RandomAccess.Write(file.SafeFileHandle, whole, fileOffset: 0);
        DiskFlush.Data(file.SafeFileHandle);
        return whole;
    }

    /// <summary>Makes durable what a file holds.</summary>
    /// <exception cref="IOException">The file is missing, or the disk fails.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public static void Flush(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        DiskFlush.Data(file);
    }

    private static long WholeBlocks(long length) => (length + BlockBytes - 1) / BlockBytes * BlockBytes;
}
