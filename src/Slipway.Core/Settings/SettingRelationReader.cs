using System.Collections.Immutable;

namespace Slipway.Core.Settings;

/// <summary>Reads the rules between settings: <c>A requires B</c>, <c>A forbids B</c>, <c>exactly one of A, B</c>, <c>at least one of</c>, <c>at most one of</c>.</summary>
internal static class SettingRelationReader
{
    /// <summary>How rules are written, for messages.</summary>
    public const string Forms = "A requires B, A forbids B, exactly one of A, B, at least one of A, B, or at most one of A, B";

    private static readonly (string Words, RelationKind Kind)[] Counts =
    [
        ("exactly one of ", RelationKind.ExactlyOne), ("at least one of ", RelationKind.AtLeastOne), ("at most one of ", RelationKind.AtMostOne),
    ];

    private static readonly (string Word, RelationKind Kind)[] Pairs = [(" requires ", RelationKind.Requires), (" forbids ", RelationKind.Forbids)];

    /// <summary>What a rule says and of which settings; null when it cannot be read.</summary>
    public static (RelationKind Kind, ImmutableArray<string> Settings)? Read(string text)
    {
        foreach (var (words, kind) in Counts)
        {
            if (text.StartsWith(words, StringComparison.Ordinal))
                return ItemText.Items(text[words.Length..]) is { Count: > 1 } names && AreNames(names) ? (kind, [.. names]) : null;
        }
        foreach (var (word, kind) in Pairs)
        {
            var at = text.IndexOf(word, StringComparison.Ordinal);
            if (at <= 0)
                continue;
            var first = text[..at].Trim();
            return ItemText.Items(text[(at + word.Length)..]) is { } names && AreNames(names) && AreNames([first]) && !names.Contains(first)
                ? (kind, [first, .. names]) : null;
        }
        return null;
    }

    private static bool AreNames(List<string> names)
    {
        foreach (var name in names)
        {
            if (!Manifests.ScalarValue.IsSettingName(name) || names.IndexOf(name) != names.LastIndexOf(name))
                return false;
        }
        return true;
    }
}
