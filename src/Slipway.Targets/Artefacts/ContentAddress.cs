using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Slipway.Releases.Ports;

namespace Slipway.Targets.Artefacts;

/// <summary>
/// The address of what a build makes, from what it is made of: SHA-256 over the command, the folder it runs in, and every input
/// file's path, executable bit and content. Every part is preceded by its length, so that no two lists share one text.
/// </summary>
internal static class ContentAddress
{
    private const string Scheme = "slipway-artefact-1";

    /// <summary>The address.</summary>
    /// <param name="command">The build command, <c>${OUT}</c> not filled in.</param>
    /// <param name="folder">Where it runs, relative to the root.</param>
    /// <param name="root">The manifest's folder.</param>
    /// <param name="files">The inputs, relative to the root, sorted.</param>
    /// <param name="cancellation">Cancels.</param>
    public static async Task<ArtefactDigest> Of(
        ImmutableArray<string> command, string folder, string root, ImmutableArray<string> files, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, Scheme);
        Add(hash, command.Length.ToString());
        foreach (var argument in command)
            Add(hash, argument);
        Add(hash, folder);
        foreach (var file in files)
        {
            var path = Path.Combine(root, file);
            Add(hash, file);
            Add(hash, Kind(path));
            var content = await Content(path, cancellation);
            hash.AppendData(content);
        }
        return ArtefactDigest.Of(hash.GetHashAndReset());
    }

    private static string Kind(string path)
    {
        if (OperatingSystem.IsWindows())
            return "file";
        return (File.GetUnixFileMode(path) & UnixFileMode.UserExecute) != UnixFileMode.None ? "program" : "file";
    }

    private static async Task<byte[]> Content(string path, CancellationToken cancellation)
    {
        // A link to a folder counts as its target's name; the files in it are inputs by themselves.
        if (Directory.Exists(path))
            return SHA256.HashData(Encoding.UTF8.GetBytes(new FileInfo(path).LinkTarget ?? ""));
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0, FileOptions.SequentialScan);
        return await SHA256.HashDataAsync(stream, cancellation);
    }

    private static void Add(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}
