using System.Buffers;

namespace Slipway.Gateway.Validation;

/// <summary>Paths with wildcards and variables, as a shell expands them.</summary>
internal static class ShellGlob
{
    private static readonly SearchValues<char> s_letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz_");

    private static readonly string[] s_files = ["/etc/passwd", "/etc/shadow", "/etc/hosts", "/bin/cat", "/bin/bash", "/usr/bin/id", "/usr/bin/whoami"];

    /// <summary>Whether a shell may take a word in lower case, with wildcards or variables in it, for one of the files that attacks name: <c>/e?c/pa*wd</c>, <c>/etc$x/passwd$x</c>.</summary>
    public static bool MayName(ReadOnlySpan<char> pattern)
    {
        if (pattern.Length is < 6 or > 40)
            return false;
        foreach (var file in s_files)
        {
            if (Matches(pattern, file))
                return true;
        }
        return false;
    }

    // A question mark is one character, a star any number of them but no slash, a variable that nobody set is nothing. What a star
    // stands for grows where the rest does not fit; only the last star's, since one before it could do no better.
    private static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> file)
    {
        var (at, to) = (0, 0);
        var (star, from) = (-1, 0);
        while (true)
        {
            if (at < pattern.Length && pattern[at] == '$')
            {
                at++;
                while (at < pattern.Length && s_letters.Contains(pattern[at]))
                    at++;
            }
            else if (at < pattern.Length && pattern[at] == '*')
            {
                (star, from) = (++at, to);
            }
            else if (at == pattern.Length && to == file.Length)
            {
                return true;
            }
            else if (at < pattern.Length && to < file.Length && (pattern[at] == file[to] || (pattern[at] == '?' && file[to] != '/')))
            {
                at++;
                to++;
            }
            else if (star >= 0 && from < file.Length && file[from] != '/')
            {
                (at, to) = (star, ++from);
            }
            else
            {
                return false;
            }
        }
    }
}
