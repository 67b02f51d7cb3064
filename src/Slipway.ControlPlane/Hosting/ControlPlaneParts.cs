using System.Net;
using Slipway.ControlPlane.Callers;
using Slipway.Releases;
using Slipway.Releases.Journals;

namespace Slipway.ControlPlane.Hosting;

/// <summary>Where the API answers.</summary>
/// <param name="SocketPath">Its Unix socket.</param>
/// <param name="Loopback">Its loopback listener; null for none.</param>
/// <param name="Token">The loopback listener's token; null for none.</param>
internal sealed record ServerAddresses(string SocketPath, IPEndPoint? Loopback, AccessToken? Token);

/// <summary>What the API speaks for.</summary>
/// <param name="Identity">What this control plane is.</param>
/// <param name="Engine">Takes the commands.</param>
/// <param name="Start">The start of the engine.</param>
/// <param name="Journal">What has happened.</param>
/// <param name="Ports">What the engine acts on.</param>
internal sealed record ControlPlaneParts(
    ControlPlaneIdentity Identity, ReleaseEngine Engine, EngineStart Start, Journal Journal, EnginePorts Ports)
{
    /// <summary>Whether we lead; always, where nobody else could.</summary>
    public Func<bool> Leads { get; init; } = () => true;
}
