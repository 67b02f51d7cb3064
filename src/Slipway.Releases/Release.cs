using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Core.Settings;
using Slipway.Releases.Ports;

namespace Slipway.Releases;

/// <summary>An immutable bundle of everything that runs: what a rollout makes live and a rollback restores.</summary>
public sealed record Release
{
    private readonly Lazy<Dictionary<ServiceName, ReleasedService>> _byName = new([]);

    /// <summary>Its identity, made from all the rest but <see cref="Stamp"/>.</summary>
    public required ReleaseId Id { get; init; }

    /// <summary>The application.</summary>
    public required ApplicationName Application { get; init; }

    /// <summary>The version its team gave it, <c>APP_VERSION</c> of its instances; <c>0.0.0</c> when it has none.</summary>
    public required string Version { get; init; }

    /// <summary>Where it was built from.</summary>
    public required BuildStamp Stamp { get; init; }

    /// <summary>Its services, in the manifest's order.</summary>
    public required ImmutableArray<ReleasedService> Services
    {
        get;
        init => (field, _byName) = (value, new(() => ByName(value), LazyThreadSafetyMode.PublicationOnly));
    }

    /// <summary>The service of that name, or null.</summary>
    public ReleasedService? Find(ServiceName name) => _byName.Value.GetValueOrDefault(name);

    private static Dictionary<ServiceName, ReleasedService> ByName(ImmutableArray<ReleasedService> services)
    {
        var byName = new Dictionary<ServiceName, ReleasedService>(services.Length);
        foreach (var service in services)
            byName.TryAdd(service.Service.Name, service);
        return byName;
    }
}

/// <summary>One service of a release.</summary>
/// <param name="Service">What it is and how it runs, routes included.</param>
/// <param name="Artefact">The artefact built for it; null when it needs no build.</param>
/// <param name="Settings">Its plain settings.</param>
/// <param name="Secrets">Its secret settings, as versions; values are read when an instance starts, and never stored here.</param>
public sealed record ReleasedService(
    Service Service,
    ArtefactDigest? Artefact,
    ImmutableSortedDictionary<string, string> Settings,
    ImmutableSortedDictionary<string, SecretVersion> Secrets);
