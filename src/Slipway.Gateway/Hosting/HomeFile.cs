using Slipway.Gateway.Tables;

namespace Slipway.Gateway.Hosting;

/// <summary>Writes files of the home: beside their place, flushed, and renamed, so that the one before or the new one lies there, whole; for their owner alone.</summary>
internal static class HomeFile
{
    /// <summary>Puts a file in the place of the one that may be there.</summary>
    /// <exception cref="IOException">The disk is full or failing; what was there stays.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        var beside = path + ".next";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(beside, options))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }
        File.Move(beside, path, overwrite: true);
        DiskFlush.Folder(Path.GetDirectoryName(path)!);
    }
}
