using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using Slipway.Core.Manifests;
using Slipway.Releases.Journals;

namespace Slipway.Releases.Planning;

/// <summary>Names a release by its content.</summary>
public static class ReleaseIdentity
{
    /// <summary>
    /// The first 12 hexadecimal digits of the SHA-256 over the release's canonical JSON: everything but <c>id</c> and
    /// <c>stamp</c>, property names in ordinal order at every level, arrays in their own, no white space, absent values left
    /// out. Two releases with the same content have the same name, wherever and whenever they were built.
    /// </summary>
    /// <param name="release">The release.</param>
    /// <param name="source">What else tells its content apart, for services that run from their source folder; null for nothing.</param>
    public static ReleaseId Of(Release release, string? source = null)
    {
        using var document = JsonSerializer.SerializeToDocument(release, JournalJson.Default.Release);
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes))
            Write(document.RootElement, writer, top: true);
        if (source is not null)
            bytes.Write(System.Text.Encoding.UTF8.GetBytes(source));
        var digits = Convert.ToHexStringLower(SHA256.HashData(bytes.WrittenSpan))[..12];
        return ReleaseId.TryParse(digits, out var id) ? id : throw new InvalidOperationException($"'{digits}' is no release id.");
    }

    private static void Write(JsonElement element, Utf8JsonWriter writer, bool top)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in element.EnumerateObject().OrderBy(one => one.Name, StringComparer.Ordinal))
                {
                    if (top && property.Name is ("id" or "stamp"))
                        continue;
                    writer.WritePropertyName(property.Name);
                    Write(property.Value, writer, top: false);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                    Write(item, writer, top: false);
                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }
}
