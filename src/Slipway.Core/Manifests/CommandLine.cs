using System.Collections.Immutable;

namespace Slipway.Core.Manifests;

/// <summary>
/// A program and its arguments, never passed through a shell. <c>${NAME}</c> in an argument is replaced when the command
/// is started, from the variables it is given.
/// </summary>
/// <param name="Arguments">The program first; at least one entry.</param>
public sealed record CommandLine(ImmutableArray<string> Arguments)
{
    /// <summary>The command as one line, arguments with spaces in quotes.</summary>
    public override string ToString()
        => string.Join(' ', Arguments.Select(argument => argument.Contains(' ') ? $"\"{argument}\"" : argument));
}
