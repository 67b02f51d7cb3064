using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Core.Manifests;

namespace Slipway.Targets.Artefacts;

/// <summary>What an artefact held when it was built, kept in it as <c>artefact.json</c>.</summary>
/// <param name="Service">The service it was built for first.</param>
/// <param name="Command">The build command.</param>
/// <param name="BuiltAt">When.</param>
/// <param name="Files">Every file, by its path in the artefact.</param>
internal sealed record ArtefactManifest(
    ServiceName Service, ImmutableArray<string> Command, DateTimeOffset BuiltAt, ImmutableSortedDictionary<string, ArtefactFile> Files)
{
    /// <summary>Its file name.</summary>
    public const string FileName = "artefact.json";

    /// <summary>Reads a folder's manifest; null when there is none or it is damaged.</summary>
    public static ArtefactManifest? Load(string folder)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(folder, FileName)), ArtefactJson.Default.ArtefactManifest);
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
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            if (file.LinkTarget is null)
                files[Path.GetRelativePath(folder, file.FullName)] = new(file.Length, file.LastWriteTimeUtc.Ticks, Hash(file.FullName));
        }
        return new(service, command, builtAt, files.ToImmutable());
    }

    /// <summary>Keeps it.</summary>
    public void Save(string folder)
        => PrivateFolder.Write(Path.Combine(folder, FileName), JsonSerializer.SerializeToUtf8Bytes(this, ArtefactJson.Default.ArtefactManifest), durable: true);

    /// <summary>
    /// The first file that is not as it was built; null when all are. Only a file whose length or time differs is read.
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

    private static string Hash(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}

/// <summary>One file of an artefact.</summary>
/// <param name="Length">Its length, in bytes.</param>
/// <param name="ModifiedTicks">When it was written, in ticks of 100 ns.</param>
/// <param name="Sha256">Its hash, in lower-case hexadecimal digits.</param>
internal sealed record ArtefactFile(long Length, long ModifiedTicks, string Sha256);

/// <summary>The JSON of this folder's files.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(ArtefactManifest))]
internal sealed partial class ArtefactJson : JsonSerializerContext;
