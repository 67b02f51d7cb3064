namespace Slipway.Secrets;

/// <summary>Files that only their owner may read.</summary>
internal static class SecretFile
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode Others = (UnixFileMode)0b000_111_111;

    /// <summary>Writes a file of mode 0600 beside its place, flushes it and renames it there.</summary>
    public static void Write(string path, params ReadOnlySpan<byte[]> parts)
    {
        var beside = $"{path}.{Environment.ProcessId}-{Environment.CurrentManagedThreadId}.new";
        try
        {
            using (var file = Open(beside, FileMode.Create))
            {
                foreach (var part in parts)
                    file.Write(part);
                file.Flush(flushToDisk: true);
            }
            File.Move(beside, path, overwrite: true);
        }
        catch
        {
            File.Delete(beside);
            throw;
        }
    }

    /// <summary>Makes a folder that only its owner may enter; one that is there stays as it is.</summary>
    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, Owner | UnixFileMode.UserExecute);
    }

    /// <summary>Opens a file for writing; a new one gets mode 0600.</summary>
    public static FileStream Open(string path, FileMode mode, FileShare share = FileShare.Read)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = Owner;
        return new(path, options);
    }

    /// <summary>The text of a small file in UTF-8.</summary>
    /// <exception cref="IOException">It cannot be read, or holds more than <paramref name="bytesMax"/>.</exception>
    public static string ReadText(string path, int bytesMax)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var bytes = new byte[bytesMax + 1];
        var count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return count > bytesMax
            ? throw new IOException($"{path} holds more than {bytesMax} bytes.")
            : System.Text.Encoding.UTF8.GetString(bytes.AsSpan(0, count));
    }

    /// <summary>Whether nobody but its owner (and root) may open a file; true where the operating system has no such modes.</summary>
    public static bool IsPrivate(string path)
        => OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & Others) == UnixFileMode.None;

    /// <summary>Refuses a file that others could have read.</summary>
    /// <exception cref="SecretStoreException">Others may open it.</exception>
    public static void RefuseOthers(string path)
    {
        if (File.Exists(path) && !IsPrivate(path))
            throw new SecretStoreException($"The file {path} is open to other users.", $"Consider what it holds known if they may have read it, then: chmod 600 {path}");
    }
}
