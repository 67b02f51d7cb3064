namespace Slipway.Core.Manifests;

/// <summary>How grave a diagnostic is.</summary>
public enum Severity
{
    /// <summary>Worth a look; nothing is refused.</summary>
    Warning,

    /// <summary>The input is refused.</summary>
    Error,
}

/// <summary>One fault in what a user wrote: a value, never an exception.</summary>
/// <param name="Code">A stable code, <c>SLIPnnn</c>; the manual lists them all.</param>
/// <param name="Severity">Whether it refuses the input.</param>
/// <param name="At">Where it stands.</param>
/// <param name="Message">What is wrong, one sentence.</param>
/// <param name="Remedy">What to do about it, one sentence.</param>
public sealed record Diagnostic(string Code, Severity Severity, SourcePlace At, string Message, string Remedy)
{
    /// <summary>The line shown to people: <c>file:line:column: error SLIPnnn: what is wrong. What to do.</c></summary>
    public override string ToString()
        => $"{At}: {(Severity == Severity.Error ? "error" : "warning")} {Code}: {Message} {Remedy}";
}
