using System.Text.Json;
using System.Text.RegularExpressions;
using Slipway.Core.Manifests;

namespace Slipway.Core.Tests.Rendering;

/// <summary>Validates nodes by a JSON Schema, as far as ours goes; a keyword that it does not know throws.</summary>
internal sealed class SchemaValidator(JsonElement root)
{
    public bool IsValid(Node node) => IsValid(node, root);

    private bool IsValid(Node node, JsonElement schema)
    {
        foreach (var keyword in schema.EnumerateObject())
        {
            if (!Holds(node, schema, keyword.Name, keyword.Value))
                return false;
        }
        return true;
    }

    private bool Holds(Node node, JsonElement schema, string keyword, JsonElement value) => keyword switch
    {
        "$schema" or "title" or "description" or "default" or "examples" or "$defs" => true,
        "$ref" => IsValid(node, root.GetProperty("$defs").GetProperty(value.GetString()!["#/$defs/".Length..])),
        "anyOf" => value.EnumerateArray().Any(alternative => IsValid(node, alternative)),
        "type" => (value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Select(type => type.GetString()!) : [value.GetString()!]).Any(type => HasType(node, type)),
        "enum" => value.EnumerateArray().Any(choice => HasType(node, "string") && choice.GetString() == node.Text),
        "minimum" => Number(node) is not { } number || number >= value.GetDouble(),
        "maximum" => Number(node) is not { } number || number <= value.GetDouble(),
        "minItems" => node.Kind != NodeKind.Sequence || node.Items.Length >= value.GetInt32(),
        "pattern" => !HasType(node, "string") || Regex.IsMatch(node.Text, value.GetString()!, RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)),
        "items" => node.Kind != NodeKind.Sequence || node.Items.All(item => IsValid(item, value)),
        "required" => node.Kind != NodeKind.Mapping || value.EnumerateArray().All(key => node.Find(key.GetString()!) is not null),
        "properties" => node.Kind != NodeKind.Mapping || value.EnumerateObject().All(property => node.Find(property.Name) is not { } item || IsValid(item, property.Value)),
        "propertyNames" => node.Keys.All(key => IsValid(new Node(1, 1, key.Text, plain: false), value)),
        "additionalProperties" => IsAdditionalValid(node, schema, value),
        _ => throw new NotSupportedException(keyword),
    };

    private bool IsAdditionalValid(Node node, JsonElement schema, JsonElement value)
    {
        for (var i = 0; i < node.Keys.Length; i++)
        {
            if (schema.TryGetProperty("properties", out var properties) && properties.TryGetProperty(node.Keys[i].Text, out _))
                continue;
            if (value.ValueKind == JsonValueKind.False || !IsValid(node.Items[i], value))
                return false;
        }
        return true;
    }

    private static bool HasType(Node node, string type) => type switch
    {
        "object" => node.Kind == NodeKind.Mapping,
        "array" => node.Kind == NodeKind.Sequence,
        _ when node.Kind != NodeKind.Scalar => false,
        "null" => node.IsNull,
        "boolean" => IsBoolean(node),
        "number" => Number(node) is not null,
        "integer" => Number(node) is { } number && Math.Floor(number) == number,
        _ => !node.IsNull && !IsBoolean(node) && Number(node) is null,
    };

    private static bool IsBoolean(Node node) => node.Plain && node.Text is "true" or "True" or "TRUE" or "false" or "False" or "FALSE";

    private static double? Number(Node node)
        => node is { Kind: NodeKind.Scalar, Plain: true } && Regex.IsMatch(node.Text, @"^[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[-+]?[0-9]+)?$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5))
            ? double.Parse(node.Text, System.Globalization.CultureInfo.InvariantCulture) : null;
}
