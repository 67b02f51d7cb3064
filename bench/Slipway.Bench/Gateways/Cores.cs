namespace Slipway.Bench.Gateways;

/// <summary>Who runs where: one core for the proxy, another for the clients and the origin.</summary>
internal static class Cores
{
    public const string Proxy = "0";
    public const string Others = "1";
}
