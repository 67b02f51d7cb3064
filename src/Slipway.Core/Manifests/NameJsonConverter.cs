using System.Text.Json;
using System.Text.Json.Serialization;

namespace Slipway.Core.Manifests;

/// <summary>Writes a name as a JSON string or property name; refuses an ill-formed one when reading.</summary>
/// <typeparam name="T">The name's type.</typeparam>
public sealed class NameJsonConverter<T> : JsonConverter<T>
    where T : struct, IName<T>
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        => T.TryParse(reader.GetString(), out var name) ? name : throw new JsonException($"Expected {T.Shape}.");

    /// <inheritdoc/>
    public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        => Read(ref reader, typeToConvert, options);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
        => writer.WriteStringValue(value.ToString());

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
        => writer.WritePropertyName(value.ToString());
}
