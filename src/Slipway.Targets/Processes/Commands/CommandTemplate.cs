using System.Collections.Immutable;
using System.Text;
using Slipway.Core.Manifests;

namespace Slipway.Targets.Processes.Commands;

/// <summary>
/// Fills the <c>${NAME}</c> of a command at start: <c>${NAME:-other}</c> gives the other text when the variable is missing or
/// empty, <c>$${</c> stands for itself.
/// </summary>
internal static class CommandTemplate
{
    /// <summary>The command's arguments, filled in.</summary>
    /// <param name="command">The command.</param>
    /// <param name="variables">What may stand in it.</param>
    /// <param name="keep">A name that is left as it is written; null for none.</param>
    /// <exception cref="CommandException">A variable without a value, or a reference that is not closed.</exception>
    public static ImmutableArray<string> Fill(
        CommandLine command, IReadOnlyDictionary<string, string> variables, string? keep = null)
        => [.. command.Arguments.Select(argument => Fill(argument, variables, keep))];

    private static string Fill(string text, IReadOnlyDictionary<string, string> variables, string? keep)
    {
        if (!text.Contains("${", StringComparison.Ordinal))
            return text;
        var filled = new StringBuilder(text.Length + 32);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '$' || i + 1 == text.Length)
            {
                filled.Append(text[i]);
            }
            else if (string.CompareOrdinal(text, i, "$${", 0, 3) == 0)
            {
                filled.Append("${");
                i += 2;
            }
            else if (text[i + 1] == '{')
            {
                var end = text.IndexOf('}', i);
                if (end < 0)
                    throw new CommandException($"\"{text}\" has a ${{ without its }}.");
                filled.Append(Value(text[(i + 2)..end], variables, keep));
                i = end;
            }
            else
            {
                filled.Append('$');
            }
        }
        return filled.ToString();
    }

    private static string Value(string reference, IReadOnlyDictionary<string, string> variables, string? keep)
    {
        var split = reference.IndexOf(":-", StringComparison.Ordinal);
        var name = split < 0 ? reference : reference[..split];
        if (name == keep)
            return $"${{{reference}}}";
        if (variables.TryGetValue(name, out var value) && (value.Length > 0 || split < 0))
            return value;
        return split >= 0
            ? reference[(split + 2)..]
            : throw new CommandException($"${{{name}}} has no value. Declare a setting of that name, or write ${{{name}:-default}}.");
    }
}

/// <summary>A command cannot be run as it is written; the message says why and what to do.</summary>
internal sealed class CommandException(string message) : Exception(message);
