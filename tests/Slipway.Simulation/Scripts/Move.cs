using System.Text.Json.Serialization;
using Slipway.Releases;

namespace Slipway.Simulation.Scripts;

/// <summary>Something that somebody does, or that happens to the world.</summary>
/// <param name="At">When, in seconds since the script began.</param>
[JsonDerivedType(typeof(Deploy), "deploy")]
[JsonDerivedType(typeof(Steer), "steer")]
[JsonDerivedType(typeof(GoBack), "go-back")]
[JsonDerivedType(typeof(Down), "down")]
[JsonDerivedType(typeof(Outage), "outage")]
[JsonDerivedType(typeof(Stall), "stall")]
[JsonDerivedType(typeof(ClockJump), "clock-jump")]
internal abstract record Move(double At)
{
    /// <summary>A person deploys a version.</summary>
    internal sealed record Deploy(double At, string Version, bool Queue = false) : Move(At);

    /// <summary>A person tells the rollout under way what to do, whatever it does then.</summary>
    internal sealed record Steer(double At, SteerVerb Verb) : Move(At);

    /// <summary>A person asks for the release before.</summary>
    internal sealed record GoBack(double At) : Move(At);

    /// <summary>A person brings the environment down.</summary>
    internal sealed record Down(double At) : Move(At);

    /// <summary>Something cannot be asked for a while.</summary>
    internal sealed record Outage(double At, double Seconds, Peer Of) : Move(At);

    /// <summary>The control plane stands still for a while and the world does not.</summary>
    internal sealed record Stall(double At, double Seconds) : Move(At);

    /// <summary>Somebody sets the clock, forward or back.</summary>
    internal sealed record ClockJump(double At, double Seconds) : Move(At);
}

/// <summary>Whom the control plane may not reach.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Peer>))]
internal enum Peer
{
    /// <summary>The gateway.</summary>
    Gateway,

    /// <summary>The target.</summary>
    Target,

    /// <summary>The store of secrets.</summary>
    Store,
}
