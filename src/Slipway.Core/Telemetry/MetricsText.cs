using System.Collections.Immutable;
using System.Globalization;

namespace Slipway.Core.Telemetry;

/// <summary>
/// Reads what programs tell under <c>/metrics</c>: Prometheus' text format 0.0.4, and of OpenMetrics 1.0 what it shares with
/// it. Comments, <c>HELP</c>, <c>TYPE</c>, <c>UNIT</c> and <c>EOF</c> say nothing that is needed; timestamps and exemplars
/// are passed over. A line that cannot be read is left out and told of: the others still count.
/// Source: https://prometheus.io/docs/instrumenting/exposition_formats/.
/// </summary>
public static class MetricsText
{
    /// <summary>Samples that are kept of one text; beyond, it is cut.</summary>
    public const int SamplesMax = 2000;

    /// <summary>Lines that are read of one text; beyond, it is cut.</summary>
    public const int LinesMax = 50_000;

    private const int LabelsMax = 32;
    private const int NameLengthMax = 200;

    /// <summary>Reads a text.</summary>
    /// <param name="text">The text, of any origin.</param>
    /// <param name="wanted">Whether samples of a name are kept; all others cost no memory.</param>
    public static MetricsReading Read(ReadOnlySpan<char> text, Func<ReadOnlySpan<char>, bool> wanted)
    {
        var samples = ImmutableArray.CreateBuilder<MetricSample>();
        int? bad = null;
        var number = 0;
        while (text.Length > 0)
        {
            if (++number > LinesMax)
                return new(samples.ToImmutable(), bad, IsCut: true);
            var end = text.IndexOf('\n');
            var line = (end < 0 ? text : text[..end]).Trim(" \t\r");
            text = end < 0 ? [] : text[(end + 1)..];
            if (line.IsEmpty || line[0] == '#')
                continue;
            var nameLength = NameLength(line);
            if (nameLength is 0 or > NameLengthMax)
                bad ??= number;
            else if (!wanted(line[..nameLength]))
                continue;
            else if (Sample(line, nameLength) is not { } sample)
                bad ??= number;
            else if (samples.Count == SamplesMax)
                return new(samples.ToImmutable(), bad, IsCut: true);
            else
                samples.Add(sample);
        }
        return new(samples.ToImmutable(), bad, IsCut: false);
    }

    /// <summary>Whether a text is a metric's name.</summary>
    public static bool IsName(ReadOnlySpan<char> text) => text.Length is > 0 and <= NameLengthMax && NameLength(text) == text.Length;

    /// <summary>Reads labels and what encloses them, or nothing when there are none; moves the text behind them. Null when they cannot be read.</summary>
    internal static ImmutableArray<MetricLabel>? TakeLabels(ref ReadOnlySpan<char> rest)
    {
        if (rest.IsEmpty || rest[0] != '{')
            return [];
        var labels = ImmutableArray.CreateBuilder<MetricLabel>();
        rest = rest[1..].TrimStart(" \t");
        while (rest.Length > 0 && rest[0] != '}')
        {
            if (labels.Count == LabelsMax || TakeLabelName(ref rest) is not { } name || rest.IsEmpty || rest[0] != '=')
                return null;
            rest = rest[1..].TrimStart(" \t");
            if (TakeQuoted(ref rest) is not { } value)
                return null;
            labels.Add(new(name, value));
            rest = rest.TrimStart(" \t");
            if (rest.Length > 0 && rest[0] == ',')
                rest = rest[1..].TrimStart(" \t");
            else if (rest.IsEmpty || rest[0] != '}')
                return null;
        }
        if (rest.IsEmpty)
            return null;
        rest = rest[1..];
        return labels.ToImmutable();
    }

    /// <summary>Reads a label's name and the blanks behind it; null when there is none.</summary>
    internal static string? TakeLabelName(ref ReadOnlySpan<char> rest)
    {
        var length = 0;
        while (length < rest.Length && (char.IsAsciiLetterOrDigit(rest[length]) || rest[length] == '_'))
            length++;
        if (length is 0 or > NameLengthMax || char.IsAsciiDigit(rest[0]))
            return null;
        var name = rest[..length].ToString();
        rest = rest[length..].TrimStart(" \t");
        return name;
    }

    /// <summary>Reads a text in double quotes with the escapes <c>\\</c>, <c>\"</c> and <c>\n</c>; null when it does not end.</summary>
    internal static string? TakeQuoted(ref ReadOnlySpan<char> rest)
    {
        if (rest.IsEmpty || rest[0] != '"')
            return null;
        var plain = rest[1..].IndexOfAny('"', '\\');
        if (plain < 0)
            return null;
        if (rest[plain + 1] == '"')
        {
            var simple = rest[1..(plain + 1)].ToString();
            rest = rest[(plain + 2)..];
            return simple;
        }
        var value = new System.Text.StringBuilder();
        for (var i = 1; i < rest.Length; i++)
        {
            if (rest[i] == '"')
            {
                rest = rest[(i + 1)..];
                return value.ToString();
            }
            if (rest[i] != '\\')
                value.Append(rest[i]);
            else if (++i < rest.Length)
                value.Append(rest[i] switch { 'n' => "\n", '\\' => "\\", '"' => "\"", var other => $"\\{other}" });
        }
        return null;
    }

    private static int NameLength(ReadOnlySpan<char> line)
    {
        var length = 0;
        while (length < line.Length && (char.IsAsciiLetterOrDigit(line[length]) || line[length] is '_' or ':'))
            length++;
        return length == 0 || char.IsAsciiDigit(line[0]) ? 0 : length;
    }

    private static MetricSample? Sample(ReadOnlySpan<char> line, int nameLength)
    {
        var rest = line[nameLength..].TrimStart(" \t");
        if (TakeLabels(ref rest) is not { } labels)
            return null;
        rest = rest.TrimStart(" \t");
        var end = rest.IndexOfAny(' ', '\t');
        var number = end < 0 ? rest : rest[..end];
        // What follows is a timestamp, and in OpenMetrics an exemplar behind a number sign.
        var behind = end < 0 ? [] : rest[end..].TrimStart(" \t");
        var blank = behind.IndexOfAny(' ', '\t');
        var timestamp = blank < 0 ? behind : behind[..blank];
        if (timestamp.Length > 0 && timestamp[0] != '#' && !double.TryParse(timestamp, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
            return null;
        return Value(number) is { } value ? new(line[..nameLength].ToString(), labels, value) : null;
    }

    private static double? Value(ReadOnlySpan<char> text)
    {
        if (text.Equals("NaN", StringComparison.OrdinalIgnoreCase))
            return double.NaN;
        var bare = text.Length > 0 && (text[0] is '+' or '-') ? text[1..] : text;
        if (bare.Equals("Inf", StringComparison.OrdinalIgnoreCase) || bare.Equals("Infinity", StringComparison.OrdinalIgnoreCase))
            return text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
        const NumberStyles Decimal = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(text, Decimal, CultureInfo.InvariantCulture, out var value) ? value : null;
    }
}
