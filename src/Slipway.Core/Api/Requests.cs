using Slipway.Core.Manifests;

namespace Slipway.Core.Api;

/// <summary>Asks for a rollout of what the manifest's folder holds now.</summary>
public sealed record DeployRequest
{
    /// <summary>The manifest's absolute path on the control plane's machine.</summary>
    public required string ManifestPath { get; init; }

    /// <summary>Variables of the caller that the manifest mentions or that name a declared setting.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>Another strategy than the manifest's; null to keep it.</summary>
    public Strategy? Strategy { get; init; }

    /// <summary>Another version than the manifest's; null to keep it.</summary>
    public string? Version { get; init; }

    /// <summary>Whether its migrations leave data that no release before can work with, whatever the manifest says.</summary>
    public bool Incompatible { get; init; }

    /// <summary>Whether to wait in line behind a rollout under way, instead of being refused.</summary>
    public bool Queue { get; init; }

    /// <summary>Whether services with a <c>dev</c> command run it (<c>slipway up</c>).</summary>
    public bool Development { get; init; }

    /// <summary>By which path it came: <c>cli</c>, <c>api</c>, <c>ci</c>.</summary>
    public string Path { get; init; } = "cli";
}

/// <summary>Asks for the release before, or a named one, to be live again.</summary>
/// <param name="To">The release; null for the one that was live before.</param>
/// <param name="Reason">Why, for the audit log; null when not given.</param>
public sealed record RollbackRequest(ReleaseId? To, string? Reason);

/// <summary>Tells a rollout under way what to do.</summary>
/// <param name="Reason">Why, for the audit log; null when not given.</param>
public sealed record SteerRequest(string? Reason);

/// <summary>Asks for everything of an environment to end.</summary>
/// <param name="Reset">Whether the instances' working folders and logs are deleted too.</param>
public sealed record DownRequest(bool Reset);

/// <summary>Asks for a close look at what runs.</summary>
public sealed record DriftRequest
{
    /// <summary>The manifest's absolute path on the control plane's machine, to compare what it declares now as well; null for not.</summary>
    public string? ManifestPath { get; init; }

    /// <summary>Variables of the caller that the manifest mentions or that name a declared setting.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether what has changed is brought back to what the live release says.</summary>
    public bool Fix { get; init; }

    /// <summary>By which path it came: <c>cli</c>, <c>api</c>, <c>ci</c>.</summary>
    public string Path { get; init; } = "cli";
}

/// <summary>How a request ended that asked for a rollout.</summary>
/// <param name="Rollout">The rollout; null when nothing had to be done.</param>
/// <param name="Message">What was decided, one sentence: accepted, queued behind which, or already live.</param>
public sealed record DeployAnswer(RolloutView? Rollout, string Message);

/// <summary>Why a request was refused (RFC 9457).</summary>
public sealed record Problem
{
    /// <summary>A stable code, such as <c>SLIP401</c>.</summary>
    public required string Code { get; init; }

    /// <summary>What is wrong, one sentence.</summary>
    public required string Title { get; init; }

    /// <summary>What to do.</summary>
    public required string Remedy { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>Every fault found in the manifest or the settings, as printed lines.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];
}
