using System.Globalization;
using Slipway.Core.Manifests;

namespace Slipway.Core.Settings;

/// <summary>The bounds of a value, both allowed.</summary>
/// <param name="Least">The least: a number, a duration in seconds, a size in bytes, a count of characters or items.</param>
/// <param name="Most">The most.</param>
/// <param name="Text">As the manifest writes them, <c>1..64</c>.</param>
public sealed record SettingRange(double Least, double Most, string Text)
{
    /// <summary>How numbers are written: no spaces around them, no separators of thousands.</summary>
    internal const NumberStyles NumberStyle = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>Whether values of a type have bounds.</summary>
    internal static bool Applies(SettingType type) => type is SettingType.String or SettingType.Integer or SettingType.Number
        or SettingType.Duration or SettingType.Size or SettingType.Port or SettingType.List or SettingType.Map;

    /// <summary>Reads <c>least..most</c> in the type's own units; null when it cannot be read or the least is more than the most.</summary>
    internal static SettingRange? Read(SettingType type, string text)
    {
        var dots = text.IndexOf("..", StringComparison.Ordinal);
        if (dots < 1)
            return null;
        return Measure(type, text.AsSpan(0, dots), out var least) && Measure(type, text.AsSpan(dots + 2), out var most) && least <= most
            ? new(least, most, text) : null;
    }

    private static bool Measure(SettingType type, ReadOnlySpan<char> text, out double value)
    {
        switch (type)
        {
            case SettingType.Duration:
                var isDuration = Quantity.TryDuration(text, out var duration);
                value = duration.TotalSeconds;
                return isDuration;
            case SettingType.Size:
                var isSize = Quantity.TrySize(text, out var bytes);
                value = bytes;
                return isSize;
            case SettingType.Number:
                return double.TryParse(text, NumberStyle, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
            default:
                var style = type == SettingType.Integer ? NumberStyles.AllowLeadingSign : NumberStyles.None;
                var isWhole = long.TryParse(text, style, CultureInfo.InvariantCulture, out var whole);
                value = whole;
                return isWhole;
        }
    }
}
