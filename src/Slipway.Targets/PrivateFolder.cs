namespace Slipway.Targets;

/// <summary>Folders that only their owner can enter, and files written so that a reader never sees half of one.</summary>
internal static class PrivateFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes a folder of mode 0700, and the missing ones above it.</summary>
    public static string Create(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, OwnerOnly);
        return path;
    }

    /// <summary>Writes a file of mode 0600 beside its place, then renames it there.</summary>
    /// <param name="path">Its place.</param>
    /// <param name="content">What it holds.</param>
    /// <param name="durable">Whether it must survive a loss of power; costs a flush of the disk.</param>
    public static void Write(string path, ReadOnlySpan<byte> content, bool durable)
    {
        var beside = $"{path}.{System.Environment.ProcessId}-{System.Environment.CurrentManagedThreadId}.new";
        try
        {
            using (var file = new FileStream(beside, FileOptionsFor(FileMode.Create)))
            {
                file.Write(content);
                file.Flush(flushToDisk: durable);
            }
            File.Move(beside, path, overwrite: true);
            if (durable)
                FlushFolder(Path.GetDirectoryName(path)!);
        }
        catch
        {
            File.Delete(beside);
            throw;
        }
    }

    /// <summary>Makes a rename in a folder survive a loss of power, where the operating system offers it.</summary>
    public static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        using var handle = Processes.Spawning.Posix.OpenFolder(folder);
        Processes.Spawning.Posix.Flush(handle);
    }

    private static FileStreamOptions FileOptionsFor(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }
}
