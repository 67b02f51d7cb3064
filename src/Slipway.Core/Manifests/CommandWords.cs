using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;

namespace Slipway.Core.Manifests;

/// <summary>Splits a command into words the way a shell would, without being one.</summary>
internal static class CommandWords
{
    public static CommandFault? Split(string text, out ImmutableArray<string> words)
    {
        var found = new List<string>();
        var word = new StringBuilder();
        var (inWord, quoted) = (false, false);
        words = default;
        for (var i = 0; i <= text.Length; i++)
        {
            var c = i < text.Length ? text[i] : ' ';
            if (c is ' ' or '\t' or '\n' or '\r')
            {
                if (!inWord)
                    continue;
                var done = word.ToString();
                if (!quoted && NeedsShell(done, found.Count == 0) is { } what)
                    return ShellFault(text, what);
                found.Add(done);
                word.Clear();
                (inWord, quoted) = (false, false);
            }
            else if (c is '\'' or '"')
            {
                (inWord, quoted) = (true, true);
                var end = CopyQuoted(text, i, word);
                if (end < 0)
                    return new(FaultCode.BadCommand, $"The quote {c} in the command is not closed.", $"Close it with another {c}.");
                i = end;
            }
            else if (c == '\\' && i + 1 < text.Length && text[i + 1] is ' ' or '\'' or '"' or '\\')
            {
                word.Append(text[++i]);
                (inWord, quoted) = (true, true);
            }
            else
            {
                word.Append(c);
                inWord = true;
            }
        }
        if (found.Count == 0)
            return new(FaultCode.BadCommand, "The command is empty.", "Name a program and its arguments, such as: dotnet run");
        words = ImmutableCollectionsMarshal.AsImmutableArray(found.ToArray());
        return CheckVariables(words);
    }

    /// <summary>A fault when a word holds a <c>${</c> that cannot be read, or null.</summary>
    public static CommandFault? CheckVariables(ImmutableArray<string> words)
    {
        foreach (var word in words)
        {
            if (Interpolation.Applies(word) && !Interpolation.TryExpand(word, NoVariables, null, out _, out _))
                return new(FaultCode.BadInterpolation, $"The ${{ in '{word}' cannot be read.", "Write ${NAME} or ${NAME:-default}, and $${ for the characters themselves.");
        }
        return null;
    }

    /// <summary>The word as <see cref="Split"/> would read it back.</summary>
    public static string Quote(string word)
    {
        var plain = word.Length > 0 && NeedsShell(word, first: true) is null;
        foreach (var c in word)
            plain = plain && c is not (' ' or '\t' or '\n' or '\r' or '\'' or '"' or '\\');
        return plain ? word : $"\"{word.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";
    }

    private static readonly IReadOnlyDictionary<string, string> NoVariables = new Dictionary<string, string>();

    /// <summary>Copies what is in quotes and gives the position of the closing one, or -1.</summary>
    private static int CopyQuoted(string text, int open, StringBuilder word)
    {
        for (var i = open + 1; i < text.Length; i++)
        {
            if (text[i] == text[open])
                return i;
            if (text[open] == '"' && text[i] == '\\' && i + 1 < text.Length && text[i + 1] is '"' or '\\')
                i++;
            word.Append(text[i]);
        }
        return -1;
    }

    /// <summary>The part of a word without quotes that only a shell would understand, or null.</summary>
    private static string? NeedsShell(string word, bool first)
    {
        if (word is "&&" or "||" or "|" or "|&" or ";" or "&" or "!" || word[0] is '>' or '<')
            return word;
        if (word.Length > 1 && word[0] is '1' or '2' or '&' && word[1] == '>')
            return word;
        if (word[^1] == ';' || word.EndsWith("&&", StringComparison.Ordinal))
            return word[^1] == ';' ? ";" : "&&";
        if (word.Contains("$(", StringComparison.Ordinal) || word.Contains('`'))
            return "$( )";
        var equals = word.IndexOf('=');
        return first && equals > 0 && Interpolation.IsName(word[..equals]) ? word : null;
    }

    private static CommandFault ShellFault(string text, string what) => new(
        FaultCode.ShellInCommand,
        $"'{what}' is for a shell, and commands run without one.",
        $"Name a shell to have one: [sh, -c, \"{text.Trim().Replace("\\", "\\\\").Replace("\"", "\\\"")}\"]");
}
