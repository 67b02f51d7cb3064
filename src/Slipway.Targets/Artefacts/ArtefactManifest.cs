using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Core.Manifests;
using Slipway.Files;

namespace Slipway.Targets.Artefacts;

/// <summary>What an artefact held when it was built, kept in it as <c>artefact.json</c>.</summary>
/// <param name="Service">The service it was built for first.</param>
/// <param name="Command">The build command.</param>
/// <param name="BuiltAt">When.</param>
/// <param name="Files">Every file, by its path in the artefact.</param>
/// <param name="Others">Every link with where it leads, and every folder with <see cref="Folder"/>; null in one of an earlier version.</param>
internal sealed record ArtefactManifest(
    ServiceName Service,
    ImmutableArray<string> Command,
    DateTimeOffset BuiltAt,
    ImmutableSortedDictionary<string, ArtefactFile> Files,
    ImmutableSortedDictionary<string, string>? Others = null)
{
    /// <summary>Stands for a folder among the others; no link leads there within an artefact.</summary>
    public const string Folder = "/";

    /// <summary>Its file name.</summary>
    public const string FileName = "artefact.json";

    /// <summary>Reads a folder's manifest; null when there is none or it is damaged.</summary>
    public static ArtefactManifest? Load(string folder)
    {
        try
        {
            var manifest = JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(folder, FileName)), ArtefactJson.Default.ArtefactManifest);
            return manifest?.Files is null ? null : manifest;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Describes what a build has written.</summary>
    public static ArtefactManifest Of(string folder, ServiceName service, ImmutableArray<string> command, DateTimeOffset builtAt)
    {
        var files = ImmutableSortedDictionary.CreateBuilder<string, ArtefactFile>(StringComparer.Ordinal);
        var others = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (path, entry) in ArtefactWalk.Of(folder))
        {
            if (entry.LinkTarget is { } target)
                others[path] = target;
            else if (entry is FileInfo file)
                files[path] = new(file.Length, file.LastWriteTimeUtc.Ticks, Hash(file.FullName), OperatingSystem.IsWindows() ? null : (int)file.UnixFileMode);
            else
                others[path] = Folder;
        }
        return new(service, command, builtAt, files.ToImmutable(), others.ToImmutable());
    }

    /// <summary>Keeps it.</summary>
    public void Save(string folder)
        => PrivateFile.Replace(Path.Combine(folder, FileName), JsonSerializer.SerializeToUtf8Bytes(this, ArtefactJson.Default.ArtefactManifest), durable: true);

    /// <summary>
    /// The first file that is not as it was built; null when all are. Only a file whose length or time differs is read, since
    /// every start waits for it; <see cref="ArtefactProof"/> takes no file's word.
    /// </summary>
    public string? FindDamage(string folder)
    {
        foreach (var (path, built) in Files)
        {
            var file = new FileInfo(Path.Combine(folder, path));
            if (!file.Exists || file.Length != built.Length)
                return path;
            if (file.LastWriteTimeUtc.Ticks != built.ModifiedTicks && Hash(file.FullName) != built.Sha256)
                return path;
        }
        return null;
    }

    /// <summary>The hash of a file, in lower-case hexadecimal digits.</summary>
    public static string Hash(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}

/// <summary>One file of an artefact.</summary>
/// <param name="Length">Its length, in bytes.</param>
/// <param name="ModifiedTicks">When it was written, in ticks of 100 ns.</param>
/// <param name="Sha256">Its hash, in lower-case hexadecimal digits.</param>
/// <param name="Mode">Who may do what with it; null on Windows, and in an artefact of an earlier version.</param>
internal sealed record ArtefactFile(long Length, long ModifiedTicks, string Sha256, int? Mode = null);

/// <summary>The JSON of this folder's files.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(ArtefactManifest))]
internal sealed partial class ArtefactJson : JsonSerializerContext;
