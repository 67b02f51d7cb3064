using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Slipway.Core.Manifests;

namespace Slipway.Core.Rendering;

/// <summary>
/// Renders the manifest's JSON Schema (2020-12) from the table that the reader goes by. What a schema cannot say (bounds
/// of durations, rules between keys) is left to <c>slipway check</c>; what it refuses, the reader refuses too.
/// </summary>
public static class SchemaRenderer
{
    private const string NamePattern = "^[a-z]([a-z0-9]|-(?=[a-z0-9]))*$";

    /// <summary>The schema, indented, with a line break at its end; the same bytes every time.</summary>
    public static string Render()
    {
        var buffer = new ArrayBufferWriter<byte>();
        var options = new JsonWriterOptions { Indented = true, IndentSize = 2, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "https://json-schema.org/draft/2020-12/schema");
            json.WriteString("title", "Slipway manifest");
            json.WriteString("description", "slipway.yaml: an application of several services, and how its releases go live.");
            json.WriteString("$ref", "#/$defs/manifest");
            json.WriteStartObject("$defs");
            foreach (var section in ManifestShape.All.Values)
                WriteSection(json, section);
            json.WriteStartObject("interpolated");
            json.WriteString("description", "A value with ${NAME} or ${NAME:-default} in it.");
            json.WriteString("type", "string");
            json.WriteString("pattern", "\\$\\{");
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    private static void WriteSection(Utf8JsonWriter json, Section section)
    {
        // Only there to be taken over by others.
        if (section.Name is "probe" or "overlaid")
            return;
        json.WriteStartObject(Id(section));
        json.WriteString("type", "object");
        json.WriteBoolean("additionalProperties", false);
        var required = section.Keys.Where(key => key.Required).ToList();
        if (required.Count > 0)
        {
            json.WriteStartArray("required");
            foreach (var key in required)
                json.WriteStringValue(key.Name);
            json.WriteEndArray();
        }
        json.WriteStartObject("properties");
        foreach (var key in section.Keys)
            WriteKey(json, key);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteKey(Utf8JsonWriter json, Key key)
    {
        json.WriteStartObject(key.Name);
        json.WriteString("description", key.Doc);
        if (key.Default is not null)
        {
            json.WritePropertyName("default");
            WriteExample(json, key.Default);
        }
        json.WriteStartArray("examples");
        WriteExample(json, key.Example);
        json.WriteEndArray();
        json.WriteStartArray("anyOf");
        if (key.Names is { } names)
        {
            WriteMapOf(json, key, names);
        }
        else
        {
            WriteAlternatives(json, key);
            if (key.Many)
                WriteArrayOf(json, key);
        }
        if (!key.Required)
            WriteType(json, "null");
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteMapOf(Utf8JsonWriter json, Key key, ValueKind names)
    {
        json.WriteStartObject();
        json.WriteString("type", "object");
        json.WriteStartObject("propertyNames");
        json.WriteString("pattern", names == ValueKind.SettingName ? "^[A-Z][A-Z0-9_]*$" : NamePattern);
        json.WriteEndObject();
        json.WriteStartObject("additionalProperties");
        json.WriteStartArray("anyOf");
        WriteAlternatives(json, key);
        WriteType(json, "null");
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteArrayOf(Utf8JsonWriter json, Key key)
    {
        json.WriteStartObject();
        json.WriteString("type", "array");
        json.WriteStartObject("items");
        json.WriteStartArray("anyOf");
        WriteAlternatives(json, key);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>The forms that one value of the key may have.</summary>
    private static void WriteAlternatives(Utf8JsonWriter json, Key key)
    {
        if (key.Section is { } section)
        {
            if (section.ShortKey is { } name)
                WriteAlternatives(json, section.Keys[section.IndexOf(name)]);
            WriteReference(json, Id(section));
            return;
        }
        switch (key.Kind)
        {
            case ValueKind.Text or ValueKind.Template or ValueKind.FolderPath:
                WriteText(json);
                return;
            case ValueKind.Command:
                WriteText(json);
                json.WriteStartObject();
                json.WriteString("type", "array");
                json.WriteNumber("minItems", 1);
                json.WritePropertyName("items");
                WriteText(json);
                json.WriteEndObject();
                return;
            case ValueKind.Boolean:
                WriteType(json, "boolean");
                break;
            case ValueKind.Integer or ValueKind.Number:
                WriteNumber(json, key.Kind == ValueKind.Integer ? "integer" : "number", key.Min, key.Max);
                break;
            case ValueKind.Choice:
                json.WriteStartObject();
                json.WriteStartArray("enum");
                foreach (var choice in key.Choices!)
                    json.WriteStringValue(choice);
                json.WriteEndArray();
                json.WriteEndObject();
                break;
            default:
                WriteQuantity(json, key);
                break;
        }
        WriteReference(json, "interpolated");
    }

    private static void WriteQuantity(Utf8JsonWriter json, Key key)
    {
        const string Number = "[0-9]+(\\.[0-9]+)?";
        switch (key.Kind)
        {
            case ValueKind.Share or ValueKind.Factor:
                WriteNumber(json, "number", key.Min, key.Max);
                WritePattern(json, $"^{Number}{(key.Kind == ValueKind.Share ? "%" : "x")}?$");
                break;
            case ValueKind.Duration:
                WriteNumber(json, "integer", 0, 0);
                WritePattern(json, $"^(?=[0-9])({Number}d)?({Number}h)?({Number}m)?({Number}s)?({Number}ms)?$|^0$");
                break;
            case ValueKind.Size:
                WriteNumber(json, "number", key.Min, key.Max);
                WritePattern(json, $"^{Number}(k|K|M|G|T|Ki|Mi|Gi|Ti)?B?$");
                break;
            case ValueKind.Replicas:
                WriteNumber(json, "integer", key.Min, key.Max);
                WritePattern(json, "^[0-9]+(\\.\\.[0-9]+)?$");
                break;
            case ValueKind.Listener:
                WriteNumber(json, "integer", 0, 65535);
                WritePattern(json, "^(\\[[0-9a-fA-F:.]+\\]:|[0-9.]+:|localhost:)?[0-9]{1,5}$");
                break;
            case ValueKind.Host:
                WritePattern(json, "^(\\*\\.)?[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*$");
                break;
            case ValueKind.Network:
                WritePattern(json, "^[0-9a-fA-F.:]+(/[0-9]{1,3})?$");
                break;
            case ValueKind.UrlPath or ValueKind.RoutePath:
                WritePattern(json, "^/");
                break;
            default:
                WritePattern(json, NamePattern);
                break;
        }
    }

    private static void WriteText(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("type");
        json.WriteStringValue("string");
        json.WriteStringValue("number");
        json.WriteStringValue("boolean");
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteType(Utf8JsonWriter json, string type)
    {
        json.WriteStartObject();
        json.WriteString("type", type);
        json.WriteEndObject();
    }

    private static void WritePattern(Utf8JsonWriter json, string pattern)
    {
        json.WriteStartObject();
        json.WriteString("type", "string");
        json.WriteString("pattern", pattern);
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string type, double min, double max)
    {
        json.WriteStartObject();
        json.WriteString("type", type);
        json.WriteNumber("minimum", min);
        json.WriteNumber("maximum", max);
        json.WriteEndObject();
    }

    private static void WriteReference(Utf8JsonWriter json, string id)
    {
        json.WriteStartObject();
        json.WriteString("$ref", "#/$defs/" + id);
        json.WriteEndObject();
    }

    /// <summary>A value of the table, which is written as in a manifest.</summary>
    private static void WriteExample(Utf8JsonWriter json, string yaml)
        => WriteNode(json, YamlReader.Read(yaml, new("table", new List<Diagnostic>())) ?? throw new FormatException($"The table has an example that is no YAML: {yaml}"));

    private static void WriteNode(Utf8JsonWriter json, Node node)
    {
        if (node.Kind == NodeKind.Mapping)
        {
            json.WriteStartObject();
            for (var i = 0; i < node.Keys.Length; i++)
            {
                json.WritePropertyName(node.Keys[i].Text);
                WriteNode(json, node.Items[i]);
            }
            json.WriteEndObject();
        }
        else if (node.Kind == NodeKind.Sequence)
        {
            json.WriteStartArray();
            foreach (var item in node.Items)
                WriteNode(json, item);
            json.WriteEndArray();
        }
        else if (node.Plain && node.Text is "true" or "false")
        {
            json.WriteBooleanValue(node.Text == "true");
        }
        else if (node.Plain && Quantity.TryNumber(node.Text, out var number) && number.ToString(CultureInfo.InvariantCulture) == node.Text)
        {
            json.WriteNumberValue(number);
        }
        else
        {
            json.WriteStringValue(node.Text);
        }
    }

    private static string Id(Section section) => section.Name.Replace(' ', '-');
}
