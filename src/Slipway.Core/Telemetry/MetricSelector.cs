using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Slipway.Core.Telemetry;

/// <summary>
/// Which series of a metric are meant, written as Prometheus does: <c>orders_total{result="refused",shop!="test"}</c>. A
/// label that a sample does not have counts as an empty one. The matchers are <c>=</c>, <c>!=</c>, <c>=~</c> and <c>!~</c>;
/// an expression must match the whole value, and takes time in proportion to it.
/// </summary>
public sealed class MetricSelector
{
    private const int MatchersMax = 16;
    private const int ExpressionLengthMax = 500;

    private readonly ImmutableArray<(string Label, Func<string, bool> Matches)> _matchers;

    private MetricSelector(string text, string name, ImmutableArray<(string Label, Func<string, bool> Matches)> matchers)
        => (Text, Name, _matchers) = (text, name, matchers);

    /// <summary>The selector as it is written.</summary>
    public string Text { get; }

    /// <summary>The metric's name.</summary>
    public string Name { get; }

    /// <summary>Whether a sample is meant.</summary>
    public bool Matches(MetricSample sample)
    {
        if (sample.Name != Name)
            return false;
        foreach (var (label, matches) in _matchers)
        {
            if (!matches(sample[label]))
                return false;
        }
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <summary>Reads a selector.</summary>
    /// <param name="text">The text.</param>
    /// <param name="selector">The selector.</param>
    /// <param name="fault">Why it is none, as the end of a sentence.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out MetricSelector? selector, [NotNullWhen(false)] out string? fault)
    {
        selector = null;
        var rest = text.AsSpan().Trim();
        var brace = rest.IndexOf('{');
        var name = (brace < 0 ? rest : rest[..brace]).TrimEnd();
        if (!MetricsText.IsName(name))
        {
            fault = $"'{Shown(name)}' is no name of a metric: it holds letters, digits, _ and :, and begins with no digit";
            return false;
        }
        var matchers = ImmutableArray.CreateBuilder<(string, Func<string, bool>)>();
        rest = brace < 0 ? [] : rest[(brace + 1)..].TrimStart();
        while (rest.Length > 0 && rest[0] != '}')
        {
            if (TakeMatcher(ref rest, out var wrong) is not { } matcher)
            {
                fault = wrong ?? "a matcher cannot be read";
                return false;
            }
            matchers.Add(matcher);
            if (matchers.Count > MatchersMax)
            {
                fault = $"it has more than {MatchersMax} matchers";
                return false;
            }
        }
        if (brace >= 0 && rest is not "}")
        {
            fault = rest.IsEmpty ? "the } at its end is missing" : "something follows the } at its end";
            return false;
        }
        fault = null;
        selector = new(text.Trim(), name.ToString(), matchers.ToImmutable());
        return true;
    }

    private static (string, Func<string, bool>)? TakeMatcher(ref ReadOnlySpan<char> rest, out string? fault)
    {
        if (MetricsText.TakeLabelName(ref rest) is not { } label)
        {
            fault = "a matcher does not begin with the name of a label";
            return null;
        }
        var isRegex = rest.StartsWith("=~") || rest.StartsWith("!~");
        var isNot = rest.StartsWith("!~") || rest.StartsWith("!=");
        if (!isRegex && !isNot && !rest.StartsWith("="))
        {
            fault = $"the label {label} is followed by none of =, !=, =~ and !~";
            return null;
        }
        rest = rest[(isRegex || isNot ? 2 : 1)..].TrimStart();
        if (MetricsText.TakeQuoted(ref rest) is not { } value)
        {
            fault = $"the value of the label {label} does not stand in double quotes";
            return null;
        }
        rest = rest.TrimStart();
        if (rest.Length > 0 && rest[0] == ',')
            rest = rest[1..].TrimStart();
        else if (rest.Length > 0 && rest[0] != '}')
        {
            fault = $"a comma is missing behind the label {label}";
            return null;
        }
        return (label, value) is var pair && isRegex ? Expression(pair, isNot, out fault) : Equality(pair, isNot, out fault);
    }

    private static (string, Func<string, bool>)? Equality((string Label, string Value) pair, bool isNot, out string? fault)
    {
        fault = null;
        return (pair.Label, value => value == pair.Value != isNot);
    }

    private static (string, Func<string, bool>)? Expression((string Label, string Value) pair, bool isNot, out string? fault)
    {
        if (pair.Value.Length > ExpressionLengthMax)
        {
            fault = $"the expression of the label {pair.Label} is longer than {ExpressionLengthMax} characters";
            return null;
        }
        try
        {
            // Without backtracking: the time is bounded by the value's length, whatever the expression.
            var expression = new Regex($"^(?:{pair.Value})\\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            fault = null;
            return (pair.Label, value => expression.IsMatch(value) != isNot);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            fault = $"the expression of the label {pair.Label} cannot be read";
            return null;
        }
    }

    private static string Shown(ReadOnlySpan<char> name) => name.Length > 60 ? $"{name[..60]}..." : name.ToString();
}
