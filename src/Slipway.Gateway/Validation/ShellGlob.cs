using System.Buffers;

namespace Slipway.Gateway.Validation;

/// <summary>Paths with wildcards and variables, as a shell expands them.</summary>
internal static class ShellGlob
{
    private static readonly SearchValues<char> s_letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz_");

    private static readonly string[] s_files = ["/etc/passwd", "/etc/shadow", "/etc/hosts", "/bin/cat", "/bin/bash", "/usr/bin/id", "/usr/bin/whoami"];

    // Each may stand for several lengths, and all of them are tried.
    private const int StarsMax = 4;

    /// <summary>Whether a shell may take a word in lower case for one of the files that attacks name: <c>/e?c/pa*wd</c>, <c>/etc$x/passwd$x</c>.</summary>
    public static bool MayName(ReadOnlySpan<char> pattern)
    {
        if (pattern is not (['/', ..] and { Length: >= 6 and <= 40 }) || pattern.IndexOfAny('*', '?', '$') < 0 || pattern.Count('*') > StarsMax)
            return false;
        foreach (var file in s_files)
        {
            if (Matches(pattern, file))
                return true;
        }
        return false;
    }

    // A question mark is one character, a star any number of them but no slash, a variable that nobody set is nothing.
    private static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> file)
    {
        if (pattern.IsEmpty)
            return file.IsEmpty;
        switch (pattern[0])
        {
            case '*':
                pattern = pattern.TrimStart('*');
                for (var i = 0; i <= file.Length; i++)
                {
                    if (Matches(pattern, file[i..]))
                        return true;
                    if (i < file.Length && file[i] == '/')
                        return false;
                }
                return false;
            case '$':
                var end = pattern[1..].IndexOfAnyExcept(s_letters);
                return end != 0 && Matches(end < 0 ? [] : pattern[(1 + end)..], file);
            default:
                return !file.IsEmpty && (pattern[0] == file[0] || (pattern[0] == '?' && file[0] != '/')) && Matches(pattern[1..], file[1..]);
        }
    }
}
