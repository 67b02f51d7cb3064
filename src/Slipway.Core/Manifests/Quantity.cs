using System.Globalization;

namespace Slipway.Core.Manifests;

/// <summary>Quantities with units, as people write them in manifests and on the command line.</summary>
public static class Quantity
{
    /// <summary>
    /// Reads a duration such as <c>500ms</c>, <c>30s</c>, <c>15m</c>, <c>2h</c>, <c>1d</c>, <c>1m30s</c>: units from large
    /// to small, each once; a bare <c>0</c> is allowed, and no duration is longer than 1000 days.
    /// </summary>
    public static bool TryDuration(ReadOnlySpan<char> text, out TimeSpan duration)
    {
        duration = default;
        if (text is "0")
            return true;
        double milliseconds = 0;
        var largest = double.MaxValue;
        while (text.Length > 0)
        {
            if (!TakeNumber(ref text, out var number))
                return false;
            var letters = 0;
            while (letters < text.Length && char.IsAsciiLetterLower(text[letters]))
                letters++;
            double unit = text[..letters] switch
            {
                "ms" => 1,
                "s" => 1000,
                "m" => 60_000,
                "h" => 3_600_000,
                "d" => 86_400_000,
                _ => 0,
            };
            if (unit == 0 || unit >= largest)
                return false;
            (largest, milliseconds) = (unit, milliseconds + number * unit);
            text = text[letters..];
        }
        if (largest == double.MaxValue || milliseconds > 1000 * 86_400_000.0)
            return false;
        duration = new TimeSpan((long)Math.Round(milliseconds * TimeSpan.TicksPerMillisecond));
        return true;
    }

    /// <summary>
    /// Reads a size in bytes such as <c>256Mi</c>, <c>1G</c>, <c>512MB</c>: k, M, G, T count by 1000, Ki, Mi, Gi, Ti by
    /// 1024, a <c>B</c> may follow; a bare number is bytes.
    /// </summary>
    public static bool TrySize(ReadOnlySpan<char> text, out long bytes)
    {
        bytes = 0;
        if (!TakeNumber(ref text, out var number))
            return false;
        if (text.Length > 0 && text[^1] == 'B')
            text = text[..^1];
        double unit = text switch
        {
            "" => 1,
            "k" or "K" => 1e3,
            "M" => 1e6,
            "G" => 1e9,
            "T" => 1e12,
            "Ki" => 1024,
            "Mi" => 1024 * 1024,
            "Gi" => 1024 * 1024 * 1024,
            "Ti" => 1024.0 * 1024 * 1024 * 1024,
            _ => 0,
        };
        if (unit == 0 || number * unit > long.MaxValue / 2)
            return false;
        bytes = (long)Math.Round(number * unit);
        return true;
    }

    /// <summary>Reads a share, <c>5%</c> or <c>0.05</c>; 0 to 1 is for the caller to check.</summary>
    public static bool TryShare(ReadOnlySpan<char> text, out double share)
    {
        if (!TakeNumber(ref text, out share))
            return false;
        if (text is "%")
        {
            share /= 100;
            return true;
        }
        return text.Length == 0;
    }

    /// <summary>Reads a factor, <c>2x</c> or <c>2</c>.</summary>
    public static bool TryFactor(ReadOnlySpan<char> text, out double factor)
        => TakeNumber(ref text, out factor) && text is "" or "x";

    /// <summary>Reads a number of replicas, <c>2</c> or <c>3..10</c>, least first.</summary>
    public static bool TryRange(ReadOnlySpan<char> text, out int min, out int max)
    {
        var dots = text.IndexOf("..", StringComparison.Ordinal);
        max = 0;
        if (dots < 0)
        {
            var one = TryInteger(text, out min);
            max = min;
            return one;
        }
        return TryInteger(text[..dots], out min) & TryInteger(text[(dots + 2)..], out max);
    }

    /// <summary>The duration as a manifest writes it, to the millisecond.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration < TimeSpan.FromMilliseconds(1))
            return "0s";
        var text = "";
        if (duration.Days > 0)
            text += $"{duration.Days}d";
        if (duration.Hours > 0)
            text += $"{duration.Hours}h";
        if (duration.Minutes > 0)
            text += $"{duration.Minutes}m";
        if (duration.Seconds > 0)
            text += $"{duration.Seconds}s";
        if (duration.Milliseconds > 0)
            text += $"{duration.Milliseconds}ms";
        return text;
    }

    /// <summary>Reads a whole number of decimal digits, with a minus sign or without.</summary>
    internal static bool TryInteger(ReadOnlySpan<char> text, out int number)
        => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number) && text[0] != '+';

    /// <summary>Reads a decimal number, such as <c>0.5</c>; no exponent.</summary>
    internal static bool TryNumber(ReadOnlySpan<char> text, out double number)
        => TakeNumber(ref text, out number) && text.Length == 0;

    private static bool TakeNumber(ref ReadOnlySpan<char> text, out double number)
    {
        var end = 0;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
            end++;
        number = 0;
        // More digits than a double holds exactly are no quantity of ours.
        if (end is 0 or > 15)
            return false;
        if (end + 1 < text.Length && text[end] == '.' && char.IsAsciiDigit(text[end + 1]))
        {
            end++;
            while (end < text.Length && char.IsAsciiDigit(text[end]))
                end++;
        }
        number = double.Parse(text[..end], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
        text = text[end..];
        return true;
    }
}
