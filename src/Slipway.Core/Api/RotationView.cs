using Slipway.Core.Manifests;

namespace Slipway.Core.Api;

/// <summary>Asks for a secret to be renewed: a new one made, brought to every instance, and the old one taken out of use.</summary>
public sealed record RotateRequest
{
    /// <summary>The manifest's absolute path on the control plane's machine.</summary>
    public required string ManifestPath { get; init; }

    /// <summary>Variables of the caller that the manifest mentions or that name a declared setting.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>The setting, such as <c>API__KEY</c>.</summary>
    public required string Setting { get; init; }

    /// <summary>Whether guards and the overlap are cut short, as for a secret that has leaked. A rotation under way is hurried by it.</summary>
    public bool Now { get; init; }

    /// <summary>Why, for the audit log; null when not given.</summary>
    public string? Reason { get; init; }

    /// <summary>By which path it came: <c>cli</c>, <c>api</c>, <c>ci</c>.</summary>
    public string Path { get; init; } = "cli";
}

/// <summary>How a request ended that asked for a rotation.</summary>
/// <param name="Rotation">The rotation, new or under way already.</param>
/// <param name="Message">What was decided, one sentence.</param>
public sealed record RotateAnswer(RotationView Rotation, string Message);

/// <summary>A rotation of a secret as the control plane shows it.</summary>
public sealed record RotationView
{
    /// <summary>Its identity.</summary>
    public required RotationId Id { get; init; }

    /// <summary>The environment.</summary>
    public required EnvironmentName Environment { get; init; }

    /// <summary>The setting.</summary>
    public required string Setting { get; init; }

    /// <summary>What is renewed: <c>value</c>, <c>keys</c>, <c>database</c>, <c>token</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>
    /// One word: <c>waiting</c> (for its turn), <c>announcing</c> (the new one is accepted), <c>switching</c> (the new one is used),
    /// <c>overlapping</c> (the old one is still accepted), <c>dropping</c>, <c>retiring</c> (the old one is taken out of use),
    /// <c>restoring</c>, <c>undoing</c> (the new one is), <c>done</c>.
    /// </summary>
    public required string Phase { get; init; }

    /// <summary>
    /// How it ended: <c>done</c>; <c>undone</c>, the old one is used as before; <c>kept-old</c>, the new one is used, but the old one
    /// may still be accepted. Null while it goes on.
    /// </summary>
    public string? Outcome { get; init; }

    /// <summary>Whether the new one is used by every instance.</summary>
    public required bool Switched { get; init; }

    /// <summary>Whether guards and the overlap are cut short.</summary>
    public required bool Now { get; init; }

    /// <summary>The rollout that brings the present stage to the instances; null when none does yet.</summary>
    public RolloutId? Rollout { get; init; }

    /// <summary>The version that was live when it began, such as <c>secret://home/staging/API__KEY#3</c>; null before.</summary>
    public string? Old { get; init; }

    /// <summary>The version that was made last; null before the first.</summary>
    public string? New { get; init; }

    /// <summary>Until when both are accepted; null before the switch.</summary>
    public DateTimeOffset? OverlapUntil { get; init; }

    /// <summary>What it waits for, for people; null when it waits for nothing.</summary>
    public string? Waiting { get; init; }

    /// <summary>Why it is undone or the old one was kept; null when neither is so.</summary>
    public RotationFailureView? Failure { get; init; }

    /// <summary>Who asked for it.</summary>
    public required string Actor { get; init; }

    /// <summary>By which path it came: <c>cli</c>, <c>api</c>, <c>ci</c>.</summary>
    public required string Path { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>When it ended; null while it goes on.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>What happened, oldest first.</summary>
    public required IReadOnlyList<MilestoneView> Milestones { get; init; }
}

/// <summary>Why a rotation did not end as it should.</summary>
/// <param name="Reason">Why, one sentence.</param>
/// <param name="Remedy">What to do.</param>
public sealed record RotationFailureView(string Reason, string Remedy);
