using System.Text;

namespace Slipway.Core.Manifests;

/// <summary>
/// <c>${NAME}</c> and <c>${NAME:-default}</c> in a text; <c>$${</c> stands for a plain <c>${</c>. Any other dollar sign
/// is itself.
/// </summary>
internal static class Interpolation
{
    /// <summary>Whether the text holds anything to replace.</summary>
    public static bool Applies(string text) => text.Contains("${", StringComparison.Ordinal);

    /// <summary>
    /// The text with its variables replaced. A name without a value is added to <paramref name="missing"/> and stays as
    /// it is written. False, and the offset of it in <paramref name="badAt"/>, when a <c>${</c> cannot be read.
    /// </summary>
    public static bool TryExpand(
        string text, IReadOnlyDictionary<string, string> variables, List<string>? missing, out string expanded, out int badAt)
    {
        var result = new StringBuilder();
        var at = 0;
        (expanded, badAt) = ("", -1);
        while (true)
        {
            var dollar = text.IndexOf("${", at, StringComparison.Ordinal);
            if (dollar < 0)
                break;
            if (dollar > at && text[dollar - 1] == '$')
            {
                result.Append(text, at, dollar - 1 - at).Append("${");
                at = dollar + 2;
                continue;
            }
            var end = text.IndexOf('}', dollar);
            var name = end < 0 ? "" : text[(dollar + 2)..end];
            var fallback = name.IndexOf(":-", StringComparison.Ordinal);
            var bare = fallback < 0 ? name : name[..fallback];
            if (!IsName(bare))
            {
                badAt = dollar;
                return false;
            }
            result.Append(text, at, dollar - at);
            if (variables.TryGetValue(bare, out var value) && (value.Length > 0 || fallback < 0))
            {
                result.Append(value);
            }
            else if (fallback >= 0)
            {
                result.Append(name, fallback + 2, name.Length - fallback - 2);
            }
            else
            {
                missing?.Add(bare);
                result.Append(text, dollar, end + 1 - dollar);
            }
            at = end + 1;
        }
        expanded = result.Append(text, at, text.Length - at).ToString();
        return true;
    }

    /// <summary>Whether the text is a variable's name: letters, digits and underscores, no digit first.</summary>
    public static bool IsName(string text)
    {
        if (text.Length == 0 || char.IsAsciiDigit(text[0]))
            return false;
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
                return false;
        }
        return true;
    }
}
