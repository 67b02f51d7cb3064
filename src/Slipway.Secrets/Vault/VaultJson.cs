using System.Buffers;
using System.Text.Json;

namespace Slipway.Secrets.Vault;

/// <summary>The JSON of Vault's API.</summary>
internal static class VaultJson
{
    /// <summary>An object of texts.</summary>
    public static byte[] Object(params ReadOnlySpan<(string Name, string Value)> members)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            foreach (var (name, value) in members)
                json.WriteString(name, value);
            json.WriteEndObject();
        }
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>What stands at a path of members.</summary>
    /// <exception cref="SecretStoreException">It is not there: what answers is no Vault, or no engine of version 2.</exception>
    public static JsonElement At(JsonElement from, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
            from = from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out var member) ? member : throw Strange(name);
        return from;
    }

    /// <summary>The number at a path of members.</summary>
    public static int Number(JsonElement from, params ReadOnlySpan<string> path)
        => At(from, path) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var value) ? value : throw Strange(path[^1]);

    /// <summary>The text at a path of members.</summary>
    public static string Text(JsonElement from, params ReadOnlySpan<string> path)
        => At(from, path) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : throw Strange(path[^1]);

    private static SecretStoreException Strange(string name)
        => new($"What answers is no Vault with a KV engine of version 2: '{name}' is missing or wrong in its answer.", "Check the store's address and mount.");

    /// <summary>A write of a secret: its other fields as they are, one set, and the version that must be the latest.</summary>
    public static byte[] Write(JsonElement? fields, string field, string value, int latest)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteStartObject("options");
            json.WriteNumber("cas", latest);
            json.WriteEndObject();
            json.WriteStartObject("data");
            if (fields is { ValueKind: JsonValueKind.Object } others)
            {
                foreach (var other in others.EnumerateObject().Where(other => other.Name != field))
                    other.WriteTo(json);
            }
            json.WriteString(field, value);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>A list of versions.</summary>
    public static byte[] Versions(int version)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteStartArray("versions");
            json.WriteNumberValue(version);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Vault's own words on why it refuses; empty for none.</summary>
    public static string Errors(JsonDocument? answer)
        => answer?.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Array
            ? string.Join("; ", errors.EnumerateArray().Where(error => error.ValueKind == JsonValueKind.String).Select(error => error.GetString()!.ReplaceLineEndings(" ").Trim())) : "";
}
