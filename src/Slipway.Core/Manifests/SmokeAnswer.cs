using System.Collections.Immutable;
using System.Text.Json;

namespace Slipway.Core.Manifests;

/// <summary>What an instance answered to a smoke step.</summary>
/// <param name="Status">The status.</param>
/// <param name="Headers">Its headers, names in any case; several of one name in one, with commas.</param>
/// <param name="Body">What came, cut at the limit.</param>
public sealed record SmokeAnswer(int Status, ImmutableDictionary<string, string> Headers, string Body)
{
    private const int DepthMax = 64;

    /// <summary>What a JSON pointer (RFC 6901) leads to, a text without its quotes and anything else as JSON; null when it leads nowhere.</summary>
    /// <param name="pointer">The pointer; empty for the whole.</param>
    public string? Json(string pointer)
    {
        try
        {
            using var document = JsonDocument.Parse(Body, new() { MaxDepth = DepthMax });
            var at = document.RootElement;
            foreach (var part in pointer.Split('/').Skip(1))
            {
                var name = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
                if (at.ValueKind == JsonValueKind.Object && at.TryGetProperty(name, out var property))
                    at = property;
                else if (at.ValueKind == JsonValueKind.Array && int.TryParse(name, out var index) && index >= 0 && index < at.GetArrayLength())
                    at = at[index];
                else
                    return null;
            }
            return at.ValueKind == JsonValueKind.String ? at.GetString() : at.GetRawText();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
