using System.Text.Json;
using System.Text.Json.Serialization;

namespace Slipway.Releases.Journals;

/// <summary>How events are written as JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    IgnoreReadOnlyProperties = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JournalEvent))]
[JsonSerializable(typeof(Release))]
internal sealed partial class JournalJson : JsonSerializerContext
{
    /// <summary>The body of a record.</summary>
    public static string Write(JournalEvent happened) => JsonSerializer.Serialize(happened, Default.JournalEvent);

    /// <summary>The event of a record's body.</summary>
    /// <exception cref="JsonException">The body is none of ours.</exception>
    public static JournalEvent Read(string body)
        => JsonSerializer.Deserialize(body, Default.JournalEvent) ?? throw new JsonException("The body is null.");
}
