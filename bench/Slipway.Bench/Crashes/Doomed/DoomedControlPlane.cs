using Slipway.ControlPlane.Hosting;

namespace Slipway.Bench.Crashes.Doomed;

/// <summary>The control plane as it is shipped, with its fate put around its journal, its target and its gateways.</summary>
internal static class DoomedControlPlane
{
    /// <summary>The name by which this program is told to be one.</summary>
    public const string Name = "doomed-control-plane";

    /// <param name="arguments">Those of a control plane.</param>
    public static async Task<int> Run(IReadOnlyList<string> arguments)
    {
        if (!StartOptions.TryParse(arguments, out var options, out var fault))
            throw new ArgumentException(fault, nameof(arguments));
        var fate = new Fate(options.HomeFolder);
        return await ControlPlaneProcess.Run(options, new(
            store => new DoomedStore(store, fate),
            ports => ports with { Target = new DoomedTarget(ports.Target, fate), Traffic = new DoomedTraffic(ports.Traffic, fate) }));
    }
}
