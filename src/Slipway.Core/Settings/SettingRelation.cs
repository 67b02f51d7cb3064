using System.Collections.Immutable;
using Slipway.Core.Manifests;

namespace Slipway.Core.Settings;

/// <summary>What a rule says of the settings it names.</summary>
public enum RelationKind
{
    /// <summary>With the first, the second must have a value too.</summary>
    Requires,

    /// <summary>With the first, the second may have none.</summary>
    Forbids,

    /// <summary>One of them must have a value, and only one.</summary>
    ExactlyOne,

    /// <summary>One of them or more must have a value.</summary>
    AtLeastOne,

    /// <summary>No more than one of them may have a value.</summary>
    AtMostOne,
}

/// <summary>A rule between settings. An environment in which none of its settings may have a value is left alone.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="Settings">The settings, two or more, in the rule's order.</param>
/// <param name="Text">As the manifest writes it.</param>
/// <param name="At">Where it stands.</param>
public sealed record SettingRelation(RelationKind Kind, ImmutableArray<string> Settings, string Text, SourcePlace At);
