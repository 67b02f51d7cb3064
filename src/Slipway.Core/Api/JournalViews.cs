using Slipway.Core.Manifests;

namespace Slipway.Core.Api;

/// <summary>A record of the journal.</summary>
/// <param name="Sequence">Its number, from 1, without gaps.</param>
/// <param name="At">When it was written.</param>
/// <param name="Environment">The environment; null for the control plane itself.</param>
/// <param name="Rollout">The rollout; null for none.</param>
/// <param name="Kind">What happened, such as <c>rollout-promoted</c>.</param>
/// <param name="Actor">Who caused it; <c>slipway</c> for the control plane itself.</param>
/// <param name="What">One sentence for people.</param>
/// <param name="Hash">Its hash, 64 hexadecimal digits.</param>
public sealed record EventView(
    long Sequence, DateTimeOffset At, EnvironmentName? Environment, RolloutId? Rollout, string Kind, string Actor, string What, string Hash);

/// <summary>What a check of the journal found.</summary>
/// <param name="Records">Records that are whole and in order.</param>
/// <param name="LastHash">The hash of the last good one.</param>
/// <param name="Fault">What is wrong and at which record; null when nothing is.</param>
public sealed record AuditView(long Records, string LastHash, string? Fault);

/// <summary>A line that an instance wrote.</summary>
/// <param name="Instance">The instance.</param>
/// <param name="Error">Whether it came by standard error.</param>
/// <param name="Text">The line.</param>
public sealed record LogLineView(InstanceId Instance, bool Error, string Text);

/// <summary>What a control plane is.</summary>
/// <param name="Version">Its version.</param>
/// <param name="ProcessId">Its process.</param>
/// <param name="StartedAt">When it started.</param>
/// <param name="Home">Its folder.</param>
/// <param name="Fence">Its fencing token.</param>
public sealed record ControlPlaneView(string Version, int ProcessId, DateTimeOffset StartedAt, string Home, long Fence)
{
    /// <summary>Whether it only stands by: its fencing token is 0 then.</summary>
    public bool Standby { get; init; }

    /// <summary>Whom a standby waits for; empty when nobody leads at this moment, null for one that leads.</summary>
    public string? Leader { get; init; }
}
