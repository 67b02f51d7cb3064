using System.Text.Json;

namespace Slipway.Core.Manifests;

/// <summary>The texts of smoke steps, with <c>${NAME}</c> filled in where they are sent.</summary>
public static class SmokeText
{
    /// <summary>The names that a text refers to, and whether each has a default; null when a <c>${</c> cannot be read.</summary>
    public static IReadOnlyList<(string Name, bool HasDefault)>? Names(string text)
    {
        if (!Interpolation.TryExpand(text, new Dictionary<string, string>(), null, out _, out _))
            return null;
        var names = new List<(string, bool)>();
        for (var at = text.IndexOf("${", StringComparison.Ordinal); at >= 0; at = text.IndexOf("${", at + 2, StringComparison.Ordinal))
        {
            if (at > 0 && text[at - 1] == '$')
                continue;
            var name = text[(at + 2)..text.IndexOf('}', at)];
            var fallback = name.IndexOf(":-", StringComparison.Ordinal);
            names.Add((fallback < 0 ? name : name[..fallback], fallback >= 0));
        }
        return names;
    }

    /// <summary>The text with its references filled in; null and the first name without a value otherwise.</summary>
    public static (string? Text, string? Missing) Fill(string text, IReadOnlyDictionary<string, string> values)
    {
        var missing = new List<string>();
        return Interpolation.TryExpand(text, values, missing, out var filled, out _) && missing.Count == 0 ? (filled, null) : (null, missing.FirstOrDefault() ?? text);
    }

    /// <summary>A path, what is filled in escaped so that it stays in its segment; a path that is nothing but a reference is taken as it is.</summary>
    public static (string? Text, string? Missing) FillPath(string text, IReadOnlyDictionary<string, string> values)
    {
        var isWhole = text.StartsWith("${", StringComparison.Ordinal) && text.IndexOf('}', StringComparison.Ordinal) == text.Length - 1;
        return isWhole ? Fill(text, values) : Fill(text, values.ToDictionary(pair => pair.Key, pair => Uri.EscapeDataString(pair.Value)));
    }

    /// <summary>A body, what is filled in escaped for JSON when it looks like JSON.</summary>
    public static (string? Text, string? Missing) FillBody(string text, IReadOnlyDictionary<string, string> values)
        => IsJson(text) ? Fill(text, values.ToDictionary(pair => pair.Key, pair => JsonEncodedText.Encode(pair.Value).ToString())) : Fill(text, values);

    /// <summary>Whether a text looks like JSON.</summary>
    public static bool IsJson(string text) => text.AsSpan().TrimStart() is ['{' or '[', ..];
}
