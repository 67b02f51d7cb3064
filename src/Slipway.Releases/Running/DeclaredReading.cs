using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Core.Settings;
using Slipway.Releases.Drift;
using Slipway.Releases.Planning;
using Slipway.Releases.Ports;
using Slipway.Releases.Rollouts;
using Slipway.Releases.Rotations;

namespace Slipway.Releases.Running;

/// <summary>Compares a deploy that nobody has asked for with the live release: reads the inputs of builds and the secrets, and changes nothing.</summary>
internal static class DeclaredReading
{
    /// <summary>What the deploy would change, and what could not be compared.</summary>
    public static async Task<(ImmutableArray<DriftFinding> Unreleased, ImmutableArray<string> Untold)> Compare(
        DeployCommand command, EnvironmentState state, EnginePorts ports, CancellationToken cancellation)
    {
        var kept = state.Releases[state.Live!.Value];
        var untold = ImmutableArray.CreateBuilder<string>();
        var digests = ImmutableDictionary.CreateBuilder<ServiceName, ArtefactDigest>();
        foreach (var service in command.Application.Services.Where(one => one.Build is not null && !kept.Terms.Development))
        {
            try
            {
                digests[service.Name] = await ports.Artefacts.Fingerprint(service, command.SourceFolder, cancellation);
            }
            catch (TargetException fault)
            {
                untold.Add(fault.Message);
            }
        }
        ports.Redactor.Learn(command.Secrets.Values.SelectMany(secrets => secrets.Values));
        var services = command.Application.Services.Select(service => new ReleasedService(
            service,
            digests.TryGetValue(service.Name, out var digest) ? digest : null,
            command.Settings.GetValueOrDefault(service.Name) ?? ImmutableSortedDictionary<string, string>.Empty,
            command.SecretVersions.GetValueOrDefault(service.Name) ?? ImmutableSortedDictionary<string, SecretVersion>.Empty));
        // A deploy, too, would hold what rotations under way say.
        var held = HeldSecret.In([.. services], state.Rotations, DateTimeOffset.MaxValue);
        var declared = new Declared(held, command.Secrets, await Secrets(kept, ports, untold, cancellation));
        var found = new List<DriftFinding>();
        foreach (var deviation in ReleaseComparison.Of(declared, kept.Release))
            found.Add(new(ShownDeviation.Of(deviation, ports.Redactor), await Origin(deviation, command, ports.Secrets, cancellation) ?? Provenance.Of(state, deviation)));
        return ([.. found], untold.ToImmutable());
    }

    private static async Task<ImmutableDictionary<SecretVersion, string>> Secrets(
        KeptRelease kept, EnginePorts ports, ImmutableArray<string>.Builder untold, CancellationToken cancellation)
    {
        var values = ImmutableDictionary.CreateBuilder<SecretVersion, string>();
        foreach (var version in kept.Release.Services.SelectMany(one => one.Secrets.Values).Distinct())
        {
            try
            {
                values[version] = await ports.Secrets.Find(version.Store, kept.Terms.SecretStores, kept.Terms.SourceFolder).Read(version, cancellation);
            }
            catch (SecretStoreException fault)
            {
                untold.Add(fault.Message);
            }
        }
        return values.ToImmutable();
    }

    // Who set a version that no release has yet, the store knows.
    private static async Task<DriftOrigin?> Origin(Deviation deviation, DeployCommand command, ISecretStores stores, CancellationToken cancellation)
    {
        if (deviation is not { Aspect: DriftAspect.Secrets, Service: { } service }
            || command.SecretVersions.GetValueOrDefault(service)?.GetValueOrDefault(deviation.Subject) is not { } version)
            return null;
        try
        {
            var entries = await stores.Find(version.Store, command.Application.SecretStores, command.SourceFolder).List(version.Name, cancellation);
            return entries.FirstOrDefault(entry => entry.Version == version) is { SetAt: { } at, SetBy: { } by } ? new(by, at, version.ToString()) : null;
        }
        catch (SecretStoreException)
        {
            // A store that cannot list still gave the version; who set it stays untold.
            return null;
        }
    }
}
