using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Slipway.Core.Manifests;

/// <summary>A place in an answer: a JSON pointer such as <c>/items/0/id</c>, <c>header Location</c>, or <c>match id=([0-9]+)</c>.</summary>
public abstract record SmokeSource
{
    private const int ExpressionLengthMax = 500;

    private SmokeSource()
    {
    }

    /// <summary>What stands there; null for nothing.</summary>
    public abstract string? Read(SmokeAnswer answer);

    /// <summary>A value of an answer in JSON.</summary>
    public sealed record Pointer(string Path) : SmokeSource
    {
        /// <inheritdoc/>
        public override string? Read(SmokeAnswer answer) => answer.Json(Path);
    }

    /// <summary>A header.</summary>
    public sealed record Header(string Name) : SmokeSource
    {
        /// <inheritdoc/>
        public override string? Read(SmokeAnswer answer) => answer.Headers.GetValueOrDefault(Name);
    }

    /// <summary>What an expression finds in the answer: its first group, or all of it when it has none.</summary>
    public sealed record Match(Regex Expression) : SmokeSource
    {
        /// <inheritdoc/>
        public override string? Read(SmokeAnswer answer)
        {
            try
            {
                var found = Expression.Match(answer.Body);
                return !found.Success ? null : found.Groups.Count > 1 ? found.Groups[1].Value : found.Value;
            }
            catch (RegexMatchTimeoutException)
            {
                return null;
            }
        }
    }

    /// <summary>Reads a source.</summary>
    /// <param name="text">The text.</param>
    /// <param name="source">The source.</param>
    /// <param name="fault">Why it is none, as the end of a sentence.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out SmokeSource? source, [NotNullWhen(false)] out string? fault)
    {
        (source, fault) = (null, null);
        if (text.StartsWith('/'))
        {
            source = new Pointer(text);
        }
        else if (text.StartsWith("header ", StringComparison.Ordinal))
        {
            var name = text["header ".Length..].Trim();
            if (IsToken(name))
                source = new Header(name);
            else
                fault = $"'{name}' is no name of a header";
        }
        else if (text.StartsWith("match ", StringComparison.Ordinal))
        {
            var expression = text["match ".Length..].Trim();
            if (expression.Length is 0 or > ExpressionLengthMax)
            {
                fault = $"its expression is empty or longer than {ExpressionLengthMax} characters";
                return false;
            }
            try
            {
                // Without backtracking the time is bounded by the answer's length; the time limit is for the longest answers.
                source = new Match(new(expression, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)));
            }
            catch (Exception e) when (e is ArgumentException or NotSupportedException)
            {
                fault = "its expression cannot be read";
            }
        }
        else
        {
            fault = "it begins with none of /, header and match";
        }
        return source is not null;
    }

    /// <summary>Whether a text may be the name of a header (RFC 9110, section 5.6.2).</summary>
    internal static bool IsToken(string text)
        => text.Length is > 0 and <= 100 && text.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c));
}

/// <summary>What must be so of an answer: that a source stands there, or <c>SOURCE = TEXT</c>, that it is this text.</summary>
/// <param name="Source">The place.</param>
/// <param name="Expected">What must stand there; null for anything. It may hold <c>${NAME}</c>.</param>
public sealed record SmokeExpectation(SmokeSource Source, string? Expected)
{
    /// <summary>Reads an expectation.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out SmokeExpectation? expectation, [NotNullWhen(false)] out string? fault)
    {
        expectation = null;
        var equals = text.StartsWith("match ", StringComparison.Ordinal) ? -1 : text.IndexOf(" = ", StringComparison.Ordinal);
        if (!SmokeSource.TryParse((equals < 0 ? text : text[..equals]).Trim(), out var source, out fault))
            return false;
        expectation = new(source, equals < 0 ? null : text[(equals + 3)..].Trim());
        return true;
    }
}

/// <summary>What is kept of an answer: <c>NAME = SOURCE</c>.</summary>
/// <param name="Name">The name for <c>${NAME}</c>.</param>
/// <param name="Source">The place.</param>
public sealed record SmokeCapture(string Name, SmokeSource Source)
{
    /// <summary>Reads a capture.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out SmokeCapture? capture, [NotNullWhen(false)] out string? fault)
    {
        capture = null;
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? "" : text[..equals].Trim();
        if (!Interpolation.IsName(name))
        {
            fault = "it does not begin with a name and =";
            return false;
        }
        if (!SmokeSource.TryParse(text[(equals + 1)..].Trim(), out var source, out fault))
            return false;
        capture = new(name, source);
        return true;
    }
}
