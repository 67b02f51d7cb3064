using System.Text.Json;

namespace Slipway.Core.Settings;

/// <summary>
/// Sets of signing keys as JSON (RFC 7517), private halves included. The first key signs, all of them verify. Keys keep their
/// text, members that we do not know included.
/// </summary>
public static class KeySet
{
    /// <summary>A set of one key.</summary>
    /// <param name="key">The key, a JSON object.</param>
    public static string Of(string key) => Write([key]);

    /// <summary>Whether a text is such a set.</summary>
    public static bool IsSet(string text) => JwksText.Fault(text) is null;

    /// <summary>The set with a key more, at its end: verified everywhere before it signs anything.</summary>
    public static string Announce(string set, string key) => Write([.. Keys(set), key]);

    /// <summary>The set with its last key first: it signs, the others still verify.</summary>
    public static string Switch(string set)
    {
        var keys = Keys(set);
        return Write([keys[^1], .. keys[..^1]]);
    }

    /// <summary>The set with its first key alone.</summary>
    public static string Drop(string set) => Write([Keys(set)[0]]);

    private static string[] Keys(string set)
    {
        using var document = JsonDocument.Parse(set);
        return [.. document.RootElement.GetProperty("keys").EnumerateArray().Select(key => key.GetRawText())];
    }

    private static string Write(string[] keys) => $"{{\"keys\":[{string.Join(',', keys)}]}}";
}
