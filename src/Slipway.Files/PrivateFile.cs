namespace Slipway.Files;

/// <summary>Files of their owner alone, put in the place of one another so that no reader, and no loss of power, ever finds half of one.</summary>
public static class PrivateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Puts a file in the place of the one that may be there: writes it beside its place, flushes it, renames it there, flushes the folder.</summary>
    /// <param name="path">Its place.</param>
    /// <param name="content">What it holds.</param>
    /// <param name="durable">Whether it must survive a loss of power, which costs two flushes of the disk; whole it is in any case for who reads it.</param>
    /// <param name="mode">Who may read it; not heeded on Windows.</param>
    /// <exception cref="IOException">The disk is full or failing, or the folder is missing; what was there stays.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written; what was there stays.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> content, bool durable = true, UnixFileMode mode = OwnerOnly)
    {
        // A name that nobody can guess and a file that must be new: a link laid there beforehand is never written through, and
        // neither is what another process, or one that was paused here, writes for the same place.
        var beside = $"{path}.{Guid.NewGuid():N}.new";
        try
        {
            using (var file = Open(beside, FileMode.CreateNew, mode: mode))
            {
                if (!OperatingSystem.IsWindows())
                    File.SetUnixFileMode(file.SafeFileHandle, mode);
                file.Write(content);
                file.Flush(flushToDisk: durable);
            }
            File.Move(beside, path, overwrite: true);
            if (durable)
                DiskFlush.Folder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch
        {
            File.Delete(beside);
            throw;
        }
    }

    /// <summary>Opens a file for writing.</summary>
    /// <param name="path">Its place.</param>
    /// <param name="open">How it is opened, or made.</param>
    /// <param name="share">What others may do with it meanwhile.</param>
    /// <param name="mode">Who may read it when it is new; not heeded on Windows.</param>
    public static FileStream Open(string path, FileMode open, FileShare share = FileShare.Read, UnixFileMode mode = OwnerOnly)
    {
        var options = new FileStreamOptions { Mode = open, Access = FileAccess.Write, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = mode;
        return new(path, options);
    }
}
