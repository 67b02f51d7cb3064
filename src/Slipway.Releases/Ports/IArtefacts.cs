using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Core.Manifests;

namespace Slipway.Releases.Ports;

/// <summary>Builds services into artefacts and keeps them by their content.</summary>
public interface IArtefacts
{
    /// <summary>Builds a service, or finds that the same inputs were built before.</summary>
    /// <param name="service">What to build; must have a build command.</param>
    /// <param name="sourceFolder">The manifest's folder, absolute.</param>
    /// <param name="output">Told each line that the build prints.</param>
    /// <param name="cancellation">Ends the build, its whole process group.</param>
    Task<BuildOutcome> Build(Service service, string sourceFolder, IProgress<string> output, CancellationToken cancellation);

    /// <summary>
    /// Builds an artefact again that was damaged. It fails when the source folder does not hold any more what it was built
    /// from; nothing when it is whole.
    /// </summary>
    /// <param name="service">What to build.</param>
    /// <param name="digest">The artefact.</param>
    /// <param name="sourceFolder">The manifest's folder, absolute.</param>
    /// <param name="cancellation">Ends the build.</param>
    Task<BuildOutcome> Restore(Service service, ArtefactDigest digest, string sourceFolder, CancellationToken cancellation);

    /// <summary>
    /// The digest of what a service would be now: of the artefact that a build would give, without building; for a service
    /// without a build that of its inputs, by which it is known.
    /// </summary>
    /// <exception cref="TargetException">The inputs cannot be read.</exception>
    Task<ArtefactDigest> Fingerprint(Service service, string sourceFolder, CancellationToken cancellation);

    /// <summary>Where a source folder stands in version control.</summary>
    Task<string> GitSha(string sourceFolder, CancellationToken cancellation);
}

/// <summary>How a build ended.</summary>
public abstract record BuildOutcome
{
    private BuildOutcome()
    {
    }

    /// <summary>There is an artefact.</summary>
    /// <param name="Digest">Its digest.</param>
    /// <param name="Cached">Whether the same inputs had been built before.</param>
    public sealed record Built(ArtefactDigest Digest, bool Cached) : BuildOutcome;

    /// <summary>There is none.</summary>
    /// <param name="Reason">Why, one sentence.</param>
    /// <param name="LastLines">The end of what the build printed.</param>
    public sealed record Failed(string Reason, IReadOnlyList<string> LastLines) : BuildOutcome;
}

/// <summary>The digest of an artefact: SHA-256 in 64 lower-case hexadecimal digits.</summary>
[JsonConverter(typeof(ArtefactDigestJsonConverter))]
public readonly record struct ArtefactDigest
{
    private readonly string? _value;

    private ArtefactDigest(string value) => _value = value;

    /// <summary>Reads a digest; false when the text is none.</summary>
    public static bool TryParse(string? text, out ArtefactDigest digest)
    {
        digest = text is { Length: 64 } && text.All(char.IsAsciiHexDigitLower) ? new(text) : default;
        return digest._value is not null;
    }

    /// <summary>The digest of a SHA-256 hash.</summary>
    /// <param name="hash">32 bytes.</param>
    public static ArtefactDigest Of(ReadOnlySpan<byte> hash)
        => hash.Length == 32 ? new(Convert.ToHexStringLower(hash)) : throw new ArgumentException("A SHA-256 hash has 32 bytes.", nameof(hash));

    /// <inheritdoc/>
    public override string ToString() => _value ?? "";
}

/// <summary>Writes a digest as a JSON string.</summary>
public sealed class ArtefactDigestJsonConverter : JsonConverter<ArtefactDigest>
{
    /// <inheritdoc/>
    public override ArtefactDigest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        => ArtefactDigest.TryParse(reader.GetString(), out var digest) ? digest : throw new JsonException("Expected 64 hexadecimal digits.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ArtefactDigest value, JsonSerializerOptions options)
        => writer.WriteStringValue(value.ToString());
}
