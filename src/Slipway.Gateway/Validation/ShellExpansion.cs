using System.Buffers;

namespace Slipway.Gateway.Validation;

/// <summary>
/// What only a shell reads: <c>${home:0:1}</c>, <c>${name//a/b}</c>, <c>$'\x2f'</c>, <c>%name:~1,2%</c>, and substitutions in the middle
/// of a word, as in <c>who$()ami</c> and <c>who`echo am`i</c>.
/// </summary>
internal static class ShellExpansion
{
    // No name is longer: what stands behind a sign is not looked through for each.
    private const int NameMax = 40;

    private static readonly SearchValues<char> s_letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz_");

    /// <summary>Whether a value in lower case has one.</summary>
    public static bool IsIn(ReadOnlySpan<char> text)
    {
        for (var at = text.IndexOfAny('$', '`', '%'); at >= 0;)
        {
            var behind = text[(at + 1)..];
            var isInWord = at > 0 && char.IsAsciiLetter(text[at - 1]);
            if (behind is ['{', ..])
            {
                var end = 1 + Math.Max(0, behind[1..].IndexOfAnyExcept(s_letters));
                if (behind[end..] is [':', >= '0' and <= '9', ':', >= '0' and <= '9', ..] or ['/', '/', ..] && end > 1)
                    return true;
            }
            else if (behind.StartsWith("'\\x") || (isInWord && behind.StartsWith("()")) || (isInWord && text[at] == '`' && (behind is ['`', >= 'a' and <= 'z', ..] || behind.StartsWith("echo ")))
                || (isInWord && behind.StartsWith("(echo ")) || (text[at] == '%' && behind[..Math.Min(behind.Length, NameMax)].IndexOf(":~") is > 1 and var colon && !behind[..colon].ContainsAnyExcept(s_letters)))
            {
                return true;
            }
            var next = behind.IndexOfAny('$', '`', '%');
            at = next < 0 ? -1 : at + 1 + next;
        }
        return false;
    }
}
