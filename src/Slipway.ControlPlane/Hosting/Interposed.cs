using Slipway.Releases;
using Slipway.Releases.Journals;

namespace Slipway.ControlPlane.Hosting;

/// <summary>
/// What stands between the engine and all that it acts on: nothing, but for a measurement that wants to end this process at one
/// exact write or effect.
/// </summary>
/// <param name="Store">Put around the journal's store.</param>
/// <param name="Ports">Put around what the engine acts on.</param>
internal sealed record Interposed(Func<IEventStore, IEventStore> Store, Func<EnginePorts, EnginePorts> Ports)
{
    /// <summary>Nothing.</summary>
    public static Interposed Nothing { get; } = new(store => store, ports => ports);
}
