using System.Collections.Immutable;

namespace Slipway.Cli.Load;

/// <summary>What an open-loop load asks for.</summary>
public sealed record LoadPlan
{
    /// <summary>Where the requests go: <c>http</c>, a host and a port. Its path is used by requests that name none.</summary>
    public required Uri Target { get; init; }

    /// <summary>How many requests fall due each second, evenly spaced; more than 0.</summary>
    public required double RatePerSecond { get; init; }

    /// <summary>For how long requests fall due; those on their way then are still waited for.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The kinds of requests, each as often as its weight says; at least one.</summary>
    public required ImmutableArray<LoadRequest> Mix { get; init; }

    /// <summary>How many connections may be open at once; a request due when all are busy waits for one, its time running. Default 512.</summary>
    public int ConnectionsMax { get; init; } = 512;

    /// <summary>How long after it fell due a request may take. Default 10 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The answer's header that names the release which gave it. Default <c>X-Slipway-Release</c>.</summary>
    public string ReleaseHeader { get; init; } = "X-Slipway-Release";
}
