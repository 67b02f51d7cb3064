using System.Buffers;
using System.Collections.Frozen;

namespace Slipway.Gateway.Validation;

/// <summary>Whether a value would change the filter that it is put into: of a document database by its operators, of a directory (LDAP, RFC 4515) by its brackets.</summary>
internal static class FilterRules
{
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> s_operators
        = "ne gt gte lt lte in nin eq or and not nor regex where exists expr function elemmatch".Split(' ').ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly SearchValues<string> s_brackets = SearchValues.Create(["(|(", "(&(", "*)(", "*))("], StringComparison.Ordinal);

    /// <summary>Judges a value in lower case.</summary>
    public static Finding Judge(ReadOnlySpan<char> text)
        => HasOperator(text) || text.Contains("$where:", StringComparison.Ordinal) || (text[0] is '\'' or '"' && text.Contains("$or:", StringComparison.Ordinal)) ? Filter("an operator of a document database")
            : (text.IndexOfAny(s_brackets) >= 0 && IsDirectory(text)) || text.Contains(":2.5.13.", StringComparison.Ordinal) ? Filter("a filter of a directory") : Finding.Nothing;

    // As a name: {"$ne":1}, [$ne]=1.
    private static bool HasOperator(ReadOnlySpan<char> text)
    {
        for (var at = text.IndexOf('$'); at >= 0;)
        {
            var end = at + 1;
            while (end < text.Length && char.IsAsciiLetter(text[end]))
                end++;
            var before = at > 0 ? text[at - 1] : ' ';
            var behind = end < text.Length ? text[end] : ' ';
            if (s_operators.Contains(text[(at + 1)..end])
                && ((before == '[' && behind == ']' && (end + 1 == text.Length || text[end + 1] is '=' or '[')) || (before is '"' or '\'' && behind == before && text[(end + 1)..].TrimStart() is [':', ..])))
            {
                return true;
            }
            var next = text[end..].IndexOf('$');
            at = next < 0 ? -1 : end + next;
        }
        return false;
    }

    // A bracket, a name and an equals sign in front of something: (|(mail=*)).
    private static bool IsDirectory(ReadOnlySpan<char> text)
    {
        for (var at = text.IndexOf('('); at >= 0;)
        {
            var end = at + 1;
            while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '-'))
                end++;
            if (end > at + 1 && end + 1 < text.Length && text[end] == '=' && text[end + 1] is not ('=' or '>' or ' '))
                return true;
            var next = text[(at + 1)..].IndexOf('(');
            at = next < 0 ? -1 : at + 1 + next;
        }
        return false;
    }

    private static Finding Filter(string rule) => new(AttackClass.SqlInjection, 5, rule);
}
