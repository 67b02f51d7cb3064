namespace Slipway.Targets.Traffic;

/// <summary>How a <see cref="GatewayTraffic"/> works.</summary>
/// <param name="Home">Where it keeps what it runs.</param>
public sealed record GatewayTrafficOptions(HomeFolder Home)
{
    /// <summary>The gateway's program; beside this one unless said otherwise.</summary>
    public string Program { get; init; } = Path.Combine(
        AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "slipway-gateway.exe" : "slipway-gateway");

    /// <summary>How long a gateway may take until it answers.</summary>
    public TimeSpan StartMax { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a table may wait for a gateway that is being started again.</summary>
    public TimeSpan AwayMax { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a gateway that is removed may take to let requests end.</summary>
    public TimeSpan DrainMax { get; init; } = TimeSpan.FromSeconds(30);
}
