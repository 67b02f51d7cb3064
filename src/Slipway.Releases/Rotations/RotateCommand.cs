using Slipway.Core.Manifests;

namespace Slipway.Releases.Rotations;

/// <summary>Asks for a secret to be renewed.</summary>
public sealed record RotateCommand
{
    /// <summary>Where.</summary>
    public required EnvironmentName Environment { get; init; }

    /// <summary>What, and how.</summary>
    public required RotationPlan Plan { get; init; }

    /// <summary>Whether guards and the overlap are cut short.</summary>
    public bool Now { get; init; }

    /// <summary>Why, for the audit log; null when not given.</summary>
    public string? Reason { get; init; }

    /// <summary>Who asked.</summary>
    public required Caller Caller { get; init; }
}
