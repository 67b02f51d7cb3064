namespace Slipway.Core.Manifests;

/// <summary>Limits of what is measured, as people write them.</summary>
internal static class MeasureLimit
{
    /// <summary>
    /// Reads a limit: of a ratio a share, 0 to 1; of a rate events a second, <c>10</c>, <c>10/s</c>, <c>600/m</c> or
    /// <c>5/h</c>; of a level a number, or a duration in seconds, or a size in bytes.
    /// </summary>
    public static bool TryRead(string kind, string text, out double limit)
    {
        switch (kind)
        {
            case "ratio":
                return Quantity.TryShare(text, out limit) && limit <= 1;
            case "rate":
                var slash = text.IndexOf('/', StringComparison.Ordinal);
                var seconds = slash < 0 ? 1 : text[(slash + 1)..] switch { "s" => 1, "m" => 60, "h" => 3600, _ => 0 };
                var isRate = Quantity.TryNumber(slash < 0 ? text : text[..slash], out limit) && seconds > 0;
                limit /= Math.Max(1, seconds);
                return isRate;
            default:
                if (Quantity.TryNumber(text, out limit) || Quantity.TryShare(text, out limit))
                    return true;
                if (Quantity.TryDuration(text, out var duration))
                {
                    limit = duration.TotalSeconds;
                    return true;
                }
                var isSize = Quantity.TrySize(text, out var bytes);
                limit = bytes;
                return isSize;
        }
    }

    /// <summary>What a limit looks like, for messages.</summary>
    public static string Shape(string kind) => kind switch
    {
        "ratio" => "a share from 0% to 100%, such as 5% or 0.05",
        "rate" => "events a second, a minute or an hour, such as 10, 10/s, 600/m or 5/h",
        _ => "a number, a duration or a size, such as 100, 30s or 256Mi",
    };
}
