using System.Collections.Immutable;
using Slipway.Core.Manifests;

namespace Slipway.Core.Settings;

/// <summary>What a rule says of the settings it names.</summary>
public enum RelationKind
{
    /// <summary>With the first, all others must have a value too.</summary>
    Requires,

    /// <summary>With the first, none of the others may have a value.</summary>
    Forbids,

    /// <summary>One of them must have a value, and only one.</summary>
    ExactlyOne,

    /// <summary>One of them or more must have a value.</summary>
    AtLeastOne,

    /// <summary>No more than one of them may have a value.</summary>
    AtMostOne,
}

/// <summary>A rule between settings.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="Settings">The settings, two or more, in the rule's order.</param>
/// <param name="Text">As the manifest writes it.</param>
/// <param name="At">Where it stands.</param>
public sealed record SettingRelation(RelationKind Kind, ImmutableArray<string> Settings, string Text, SourcePlace At)
{
    /// <summary>What is wrong when only these settings have a value, one sentence with its remedy; null when the rule holds.</summary>
    /// <param name="isGiven">Whether a setting has a value.</param>
    internal (string Message, string Remedy)? Fault(Func<string, bool> isGiven)
    {
        var given = Settings.Where(isGiven).ToList();
        var first = isGiven(Settings[0]);
        var others = Settings.Skip(1).ToList();
        return Kind switch
        {
            RelationKind.Requires when first && others.FirstOrDefault(name => !isGiven(name)) is { } missing
                => ($"{Settings[0]} has a value, so {missing} needs one too.", $"Give {missing} a value, or take that of {Settings[0]} away."),
            RelationKind.Forbids when first && others.FirstOrDefault(isGiven) is { } forbidden
                => ($"{Settings[0]} and {forbidden} both have a value.", "Keep one of the two."),
            RelationKind.ExactlyOne or RelationKind.AtLeastOne when given.Count == 0
                => ($"None of {string.Join(", ", Settings)} has a value.", "Give one of them a value."),
            RelationKind.ExactlyOne or RelationKind.AtMostOne when given.Count > 1
                => ($"{string.Join(" and ", given)} have a value, but only one of them may.", "Keep one of them."),
            _ => null,
        };
    }
}
