using System.Text.Json;

namespace Slipway.Core.Settings;

/// <summary>Sets of keys in JSON (RFC 7517, 7518).</summary>
internal static class JwksText
{
    private const string Shape = "a JSON Web Key Set such as {\"keys\":[...]}";

    /// <summary>What the text must be, when it is not; null when it is right.</summary>
    public static string? Fault(string text)
    {
        if (JsonText.Fault(text) is { } fault)
            return $"{Shape}; it must be {fault}";
        using var document = JsonDocument.Parse(System.Text.Encoding.UTF8.GetBytes(text));
        if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("keys", out var keys) || keys.ValueKind != JsonValueKind.Array)
            return Shape;
        if (keys.GetArrayLength() == 0)
            return $"{Shape} with one key or more";
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var number = 0;
        foreach (var key in keys.EnumerateArray())
        {
            number++;
            if (KeyFault(key, ids) is { } wrong)
                return $"{Shape} whose key {number} {wrong}";
        }
        return null;
    }

    private static string? KeyFault(JsonElement key, HashSet<string> ids)
    {
        if (key.ValueKind != JsonValueKind.Object || Text(key, "kty") is not { } type)
            return "has a kty";
        if (Text(key, "kid") is not { Length: > 0 } id || !ids.Add(id))
            return "has a kid of its own";
        string[]? members = type switch
        {
            "EC" => ["crv", "x", "y"],
            "RSA" => ["n", "e"],
            "OKP" => ["crv", "x"],
            "oct" => ["k"],
            _ => null,
        };
        if (members is null)
            return "is of the kty EC, RSA, OKP or oct";
        foreach (var member in members)
        {
            if (Text(key, member) is not { Length: > 0 })
                return $"has the member {member}";
        }
        return null;
    }

    private static string? Text(JsonElement key, string member)
        => key.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
