using Slipway.Cli.Invoking;
using Slipway.Core.Manifests;

namespace Slipway.Cli.Homes;

/// <summary>Where the manifest lies.</summary>
internal static class ManifestFile
{
    /// <summary>The name it is looked for under.</summary>
    public const string Name = "slipway.yaml";

    /// <summary>The manifest's absolute path: as asked for, else the first one in this folder or above; null when there is none.</summary>
    public static string? Find(string? option)
    {
        if (option is not null)
        {
            var path = Path.GetFullPath(option);
            return Directory.Exists(path) ? Path.Combine(path, Name) : path;
        }
        for (var folder = Directory.GetCurrentDirectory(); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            var path = Path.Combine(folder, Name);
            if (File.Exists(path))
                return path;
        }
        return null;
    }

    /// <summary>As <see cref="Find"/>, where nothing can be done without one.</summary>
    public static string Require(string? option)
    {
        var path = Find(option)
            ?? throw new CommandFailure(ExitCodes.Usage, $"There is no {Name} in this folder or above.", "Go to the application's folder, or name the file with -f.");
        if (!File.Exists(path))
            throw new CommandFailure(ExitCodes.Usage, $"There is no file {path}.", "Name the manifest with -f.");
        return path;
    }

    /// <summary>Reads a manifest; null when <paramref name="faults"/> got an error.</summary>
    public static Manifest? Read(string path, List<Diagnostic> faults) => ManifestReader.Read(Shown(path), ReadBytes(path), faults);

    /// <summary>A path as seen from the current folder, as compilers print it.</summary>
    public static string Shown(string path) => Path.GetRelativePath(Directory.GetCurrentDirectory(), path);

    /// <summary>The file's bytes, but no more than show that it is too large: it might be a device without end.</summary>
    private static byte[] ReadBytes(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        var bytes = new byte[ManifestReader.TextBytesMax + 1];
        var count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return bytes[..count];
    }
}
