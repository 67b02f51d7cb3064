namespace Slipway.Core.Settings;

/// <summary>Lists and maps written in one text, separated by commas; spaces around an item do not count.</summary>
internal static class ItemText
{
    /// <summary>The items of <c>a, b</c>; null when one is empty.</summary>
    public static List<string>? Items(string text)
    {
        var items = new List<string>();
        foreach (var part in text.Split(','))
        {
            var item = part.Trim();
            if (item.Length == 0)
                return null;
            items.Add(item);
        }
        return items;
    }

    /// <summary>The pairs of <c>a=1, b=2</c>; null when one has no name, or a name stands twice.</summary>
    public static Dictionary<string, string>? Pairs(string text)
    {
        if (Items(text) is not { } items)
            return null;
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            var equals = item.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1 || !pairs.TryAdd(item[..equals].TrimEnd(), item[(equals + 1)..].TrimStart()))
                return null;
        }
        return pairs;
    }
}
