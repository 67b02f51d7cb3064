using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Releases.Drift;

namespace Slipway.Releases.Journals;

/// <summary>What runs is other than declared, or otherwise than when it was last told.</summary>
/// <param name="Findings">All that is so now; empty when everything is as declared again.</param>
public sealed record DriftFound(ImmutableArray<DriftFinding> Findings) : JournalEvent
{
    internal const string Name = "drift-found";

    private const int Told = 3;

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => Findings switch
    {
        [] => "Everything is as declared again.",
        _ => $"{Findings.Length} {(Findings.Length == 1 ? "thing is" : "things are")} other than declared: "
            + string.Join("; ", Findings.Take(Told).Select(one => Sentence(one.Deviation))) + (Findings.Length > Told ? "; ..." : "."),
    };

    private static string Sentence(Ports.Deviation one)
    {
        var whose = one.Instance?.ToString() ?? one.Service?.ToString();
        return $"{(whose is null ? "" : $"{whose}: ")}{one.Subject} is {one.Running}, declared is {one.Declared}";
    }
}

/// <summary>A person asked for everything to be brought back to what was declared.</summary>
/// <param name="Findings">How much was found.</param>
public sealed record DriftFixAsked(int Findings) : JournalEvent
{
    internal const string Name = "drift-fix-asked";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => $"Asked to bring {Findings} {(Findings == 1 ? "thing" : "things")} back to what was declared.";
}

/// <summary>Instances are to be replaced by others of the same release, without a request lost.</summary>
/// <param name="Instances">Which.</param>
public sealed record ReplacementBegun(ImmutableArray<InstanceId> Instances) : JournalEvent
{
    internal const string Name = "replacement-begun";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => $"Replacing {string.Join(", ", Instances)}.";
}

/// <summary>Instances that were to be replaced are gone, or are left as they are since no others came up in time.</summary>
/// <param name="Left">Those left as they are.</param>
public sealed record ReplacementEnded(ImmutableArray<InstanceId> Left) : JournalEvent
{
    internal const string Name = "replacement-ended";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => Left.IsEmpty ? "Every instance that was to be replaced is." : $"Not replaced, since no others came up in time: {string.Join(", ", Left)}.";
}
