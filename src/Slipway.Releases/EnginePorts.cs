using Slipway.Core.Settings;
using Slipway.Releases.Ports;

namespace Slipway.Releases;

/// <summary>What the engine acts on.</summary>
/// <param name="Target">Runs instances.</param>
/// <param name="Traffic">Carries traffic to them.</param>
/// <param name="Artefacts">Builds what they run.</param>
/// <param name="Secrets">Keeps what they must not show.</param>
/// <param name="FreeBytes">Free space of the home's file system, in bytes; asked before a rollout is accepted.</param>
public sealed record EnginePorts(
    ITarget Target, ITraffic Traffic, IArtefacts Artefacts, ISecretStores Secrets, Func<long> FreeBytes)
{
    /// <summary>Told every secret value that is read, to take it out of what is written.</summary>
    public Redactor Redactor { get; init; } = new();

    /// <summary>Makes and takes away what secrets grant access by; null where nothing can.</summary>
    public ICredentials? Credentials { get; init; }

    /// <summary>Makes a key that signs, as JSON with a <c>kid</c> of its own, by its algorithm (<c>ES256</c>, <c>RS256</c>); null where nothing can.</summary>
    public Func<string, string>? NewKey { get; init; }

    /// <summary>Free space below which no rollout is started, in bytes; default 64 MiB.</summary>
    public long FreeBytesMin { get; init; } = 64L << 20;
}
