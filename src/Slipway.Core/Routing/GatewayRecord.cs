using System.Collections.Immutable;

namespace Slipway.Core.Routing;

/// <summary>What a running gateway writes about itself into <c>gateway.json</c> once it listens.</summary>
/// <param name="Pid">Its process.</param>
/// <param name="StartTimeTicks">
/// When that process started, in clock ticks since boot (field 22 of <c>/proc/PID/stat</c>), so that a reused pid is told
/// apart; 0 where the operating system has no such file.
/// </param>
/// <param name="Address">The IP address it listens on.</param>
/// <param name="Port">The port it listens on: the real one where 0 was asked for.</param>
/// <param name="Admin">The path of its admin socket.</param>
/// <param name="Version">The version of Slipway it belongs to.</param>
public sealed record GatewayRecord(
    int Pid, long StartTimeTicks, string Address, int Port, string Admin, string Version)
{
    /// <summary>Where it listens for TLS, as <c>ADDRESS:PORT</c>; null when it does not.</summary>
    public string? Tls { get; init; }

    /// <summary>The options that it was started with, other than where it listens and lives; compared, never read.</summary>
    public string? Options { get; init; }
}

/// <summary>A gateway's answer to a table that is live and on disk.</summary>
/// <param name="Version">The version that is live.</param>
public sealed record TableAnswer(long Version);

/// <summary>A gateway's answer to a table that it refuses.</summary>
/// <param name="Reason">Why, one sentence.</param>
/// <param name="Version">The version that is and stays live.</param>
/// <param name="Fence">The highest fencing token seen.</param>
/// <param name="Faults">Everything that is wrong with the table; empty when it is merely stale.</param>
public sealed record TableRefusal(string Reason, long Version, long Fence, ImmutableArray<RouteTableFault> Faults);

/// <summary>One thing that is wrong with a route table.</summary>
/// <param name="At">Where, such as <c>services[0].routes[1].path</c>.</param>
/// <param name="Message">What, one sentence.</param>
public sealed record RouteTableFault(string At, string Message);
