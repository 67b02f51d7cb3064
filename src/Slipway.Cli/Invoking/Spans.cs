using System.Globalization;

namespace Slipway.Cli.Invoking;

/// <summary>Reads durations of the command line, written as in the manifest.</summary>
internal static class Spans
{
    /// <summary>Reads <c>500ms</c>, <c>30s</c>, <c>5m</c> or <c>2h</c>.</summary>
    public static TimeSpan Parse(string text)
    {
        var digits = 0;
        while (digits < text.Length && (char.IsAsciiDigit(text[digits]) || text[digits] == '.'))
            digits++;
        double? unitSeconds = text[digits..] switch
        {
            "ms" => 0.001,
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            _ => null,
        };
        if (unitSeconds is { } unit && double.TryParse(text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number * unit < 1e7)
            return TimeSpan.FromSeconds(number * unit);
        throw new CommandFailure(ExitCodes.Usage, $"\"{text}\" is no duration.", "Write a number with its unit, such as 500ms, 30s, 5m or 2h.");
    }
}
