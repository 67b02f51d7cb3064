using Slipway.Core.Settings;

namespace Slipway.Targets.Processes.Logs;

/// <summary>Writes asterisks over secrets in files that another program may be appending to.</summary>
internal static class SecretCover
{
    private const int ChunkBytes = 256 * 1024;

    /// <summary>Covers a file from an offset to its present end; gives that end. Nothing when there is no such file.</summary>
    public static long File(string path, long from, Redactor secrets)
    {
        using var file = Open(path);
        if (file is null)
            return from;
        var overlap = secrets.LongestBytes;
        var buffer = new byte[ChunkBytes + overlap];
        var at = from;
        while (true)
        {
            var got = RandomAccess.Read(file, buffer, at);
            foreach (var (start, end) in secrets.Find(buffer.AsSpan(0, got)))
            {
                var cover = buffer.AsSpan(start, end - start);
                cover.Fill((byte)'*');
                RandomAccess.Write(file, cover, at + start);
            }
            if (got < buffer.Length)
                return at + got;
            // What stands across two chunks is seen whole by the second.
            at += got - overlap;
        }
    }

    private static Microsoft.Win32.SafeHandles.SafeFileHandle? Open(string path)
    {
        try
        {
            return System.IO.File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
