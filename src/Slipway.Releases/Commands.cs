using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Core.Settings;

namespace Slipway.Releases;

/// <summary>Who asked, and by which path.</summary>
/// <param name="Actor">A name for the audit log; <c>slipway</c> for the control plane itself.</param>
/// <param name="Path"><c>cli</c>, <c>api</c> or <c>ci</c>.</param>
public sealed record Caller(string Actor, string Path)
{
    /// <summary>The control plane itself.</summary>
    public static Caller Slipway { get; } = new("slipway", "api");
}

/// <summary>Asks for a rollout of what a source folder holds now.</summary>
public sealed record DeployCommand
{
    /// <summary>The application, resolved for the environment that it goes to.</summary>
    public required Application Application { get; init; }

    /// <summary>The manifest's folder, absolute.</summary>
    public required string SourceFolder { get; init; }

    /// <summary>The plain settings of each service; a service without any may be left out.</summary>
    public required ImmutableDictionary<ServiceName, ImmutableSortedDictionary<string, string>> Settings { get; init; }

    /// <summary>
    /// The secret values of each service, in the clear. They go into the secret store before anything is journaled and are
    /// forgotten then; everything else knows their versions only.
    /// </summary>
    public required ImmutableDictionary<ServiceName, ImmutableSortedDictionary<string, string>> Secrets { get; init; }

    /// <summary>
    /// The secrets of each service that stand in a store which keeps versions, as the version that counts now; a service
    /// without any may be left out.
    /// </summary>
    public ImmutableDictionary<ServiceName, ImmutableSortedDictionary<string, SecretVersion>> SecretVersions { get; init; }
        = ImmutableDictionary<ServiceName, ImmutableSortedDictionary<string, SecretVersion>>.Empty;

    /// <summary>Another version than the manifest's; null to keep it.</summary>
    public string? Version { get; init; }

    /// <summary>Another strategy than the manifest's; null to keep it.</summary>
    public Strategy? Strategy { get; init; }

    /// <summary>Whether its migrations leave data that no release before can work with, whatever the manifest says.</summary>
    public bool Incompatible { get; init; }

    /// <summary>Whether to wait in line behind a rollout under way, instead of being refused.</summary>
    public bool Queue { get; init; }

    /// <summary>Whether services with a <c>dev</c> command run it.</summary>
    public bool Development { get; init; }

    /// <summary>Who asked.</summary>
    public required Caller Caller { get; init; }
}

/// <summary>What a person tells a rollout under way.</summary>
public enum SteerVerb
{
    /// <summary>Skip the remaining bakes and approvals; failing gates still undo.</summary>
    Promote,

    /// <summary>Go on where it waits for a person.</summary>
    Approve,

    /// <summary>Take no further step; the gates go on watching.</summary>
    Pause,

    /// <summary>Go on after a pause.</summary>
    Resume,

    /// <summary>Undo.</summary>
    Abort,
}

/// <summary>What the engine answers to a command.</summary>
public abstract record CommandAnswer
{
    private CommandAnswer()
    {
    }

    /// <summary>It is under way, or in the queue; the journal has it.</summary>
    /// <param name="Rollout">The rollout that it made or steered; null for a command that concerns none.</param>
    /// <param name="Message">What was decided, one sentence.</param>
    public sealed record Accepted(RolloutId? Rollout, string Message) : CommandAnswer
    {
        /// <summary>The rotation that it made or steered; null for a command that concerns none.</summary>
        public RotationId? Rotation { get; init; }
    }

    /// <summary>Nothing had to be done.</summary>
    /// <param name="Message">Why, one sentence.</param>
    public sealed record Unchanged(string Message) : CommandAnswer;

    /// <summary>It cannot be done; nothing has changed.</summary>
    /// <param name="Code">A stable code, such as <c>SLIP401</c>.</param>
    /// <param name="Reason">What is wrong, one sentence.</param>
    /// <param name="Remedy">What to do.</param>
    public sealed record Refused(string Code, string Reason, string Remedy) : CommandAnswer;
}
