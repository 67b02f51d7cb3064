namespace Slipway.Core.Routing;

/// <summary>The variables that a gateway is started with besides those of its surroundings.</summary>
public static class GatewayVariables
{
    /// <summary>
    /// How much new memory the collector lets grow before it looks, as the runtime reads it, in hexadecimal bytes. By itself it takes
    /// the size of the processor's cache, 12 MB more here; a request that is carried allocates next to nothing. The runtime
    /// reads it from nowhere else.
    /// </summary>
    public static KeyValuePair<string, string> YoungMemory { get; } = new("DOTNET_GCgen0size", "80000");
}
