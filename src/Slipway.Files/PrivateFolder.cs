namespace Slipway.Files;

/// <summary>Folders that only their owner can enter.</summary>
public static class PrivateFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes a folder of mode 0700; one that is there stays as it is. Missing ones above it are made as any other.</summary>
    /// <returns>Its path.</returns>
    /// <exception cref="IOException">A file lies in its place, or the disk refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder above it may not be written.</exception>
    public static string Create(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, OwnerOnly);
        return path;
    }
}
