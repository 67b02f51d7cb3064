using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Slipway.Core.Manifests;

/// <summary>
/// A program and its arguments, never passed through a shell. <c>${NAME}</c> in an argument is replaced when the command
/// is started, from the variables it is given.
/// </summary>
/// <param name="Arguments">The program first; at least one entry.</param>
public sealed record CommandLine(ImmutableArray<string> Arguments)
{
    /// <summary>
    /// Splits a command at spaces, as <see cref="TryParse(string?, out CommandLine?, out CommandFault?)"/>.
    /// </summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out CommandLine? command)
        => TryParse(text, out command, out _);

    /// <summary>
    /// Splits a command at spaces. <c>'...'</c> keeps everything, <c>"..."</c> keeps all but <c>\"</c> and <c>\\</c>;
    /// outside of quotes a backslash keeps a following space, quote or backslash, and is itself otherwise, so that
    /// Windows paths can be written. What would need a shell is refused.
    /// </summary>
    public static bool TryParse(
        [NotNullWhen(true)] string? text,
        [NotNullWhen(true)] out CommandLine? command,
        [NotNullWhen(false)] out CommandFault? fault)
    {
        fault = CommandWords.Split(text ?? "", out var words);
        command = fault is null ? new(words) : null;
        return command is not null;
    }

    /// <summary>
    /// The command with <c>${NAME}</c> and <c>${NAME:-default}</c> replaced; a name without a value stays as it is
    /// written, for <see cref="Undefined"/> to find before a start.
    /// </summary>
    public CommandLine Expand(IReadOnlyDictionary<string, string> variables)
    {
        var expanded = ImmutableArray.CreateBuilder<string>(Arguments.Length);
        foreach (var argument in Arguments)
            expanded.Add(Interpolation.TryExpand(argument, variables, null, out var text, out _) ? text : argument);
        return new(expanded.MoveToImmutable());
    }

    /// <summary>The names in <c>${NAME}</c> that have neither a value nor a default.</summary>
    public ImmutableArray<string> Undefined(IReadOnlyDictionary<string, string> variables)
    {
        var missing = new List<string>();
        foreach (var argument in Arguments)
            Interpolation.TryExpand(argument, variables, missing, out _, out _);
        return [.. missing.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The command as one line that <see cref="TryParse(string?, out CommandLine?)"/> splits into the same words.</summary>
    public override string ToString() => string.Join(' ', Arguments.Select(CommandWords.Quote));

    /// <summary>Whether the other has the same words; an array alone would compare by identity.</summary>
    public bool Equals(CommandLine? other)
        => other is not null && Arguments.AsSpan().SequenceEqual(other.Arguments.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var argument in Arguments)
            hash.Add(argument, StringComparer.Ordinal);
        return hash.ToHashCode();
    }
}

/// <summary>Why a text is no command.</summary>
/// <param name="Code">Its code, one of <see cref="FaultCode"/>.</param>
/// <param name="Message">What is wrong, one sentence.</param>
/// <param name="Remedy">What to do about it, one sentence.</param>
public sealed record CommandFault(string Code, string Message, string Remedy);
