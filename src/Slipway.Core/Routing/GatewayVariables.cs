namespace Slipway.Core.Routing;

/// <summary>The variables that a gateway is started with besides those of its surroundings.</summary>
public static class GatewayVariables
{
    /// <summary>
    /// How much new memory the collector lets grow before it looks, as the runtime reads it, in hexadecimal bytes. By itself it takes
    /// the size of the processor's cache, which a gateway, whose requests allocate next to nothing, fills over hours and would seem to
    /// leak; half a megabyte is full after a few hundred connections, and costs no time that could be measured. The runtime reads it from nowhere else.
    /// </summary>
    public static KeyValuePair<string, string> YoungMemory { get; } = new("DOTNET_GCgen0size", "80000");
}
