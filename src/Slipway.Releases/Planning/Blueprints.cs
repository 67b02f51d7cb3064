using System.Collections.Immutable;
using Slipway.Core.Settings;

namespace Slipway.Releases.Planning;

/// <summary>Makes blueprints of commands.</summary>
internal static class Blueprints
{
    /// <summary>The blueprint of a command; its secret values go into the store here, and their versions go on.</summary>
    public static async Task<Blueprint> Of(DeployCommand command, ISecretStores secrets, CancellationToken cancellation)
    {
        var application = command.Application;
        var services = ImmutableArray.CreateBuilder<ReleasedService>(application.Services.Length);
        foreach (var declared in application.Services)
        {
            var service = command.Incompatible && declared.Migration is { } migration ? declared with { Migration = migration with { Compatible = false } } : declared;
            var versions = ImmutableSortedDictionary.CreateBuilder<string, SecretVersion>(StringComparer.Ordinal);
            if (command.Secrets.TryGetValue(service.Name, out var values))
            {
                foreach (var (name, value) in values)
                    versions[name] = await secrets.Home.Keep($"{application.Environment}/{name}", value, command.Caller.Actor, cancellation);
            }
            if (command.SecretVersions.TryGetValue(service.Name, out var pinned))
                versions.AddRange(pinned);
            var settings = command.Settings.GetValueOrDefault(service.Name)?.WithComparers(StringComparer.Ordinal);
            services.Add(new(service, null, settings ?? ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal), versions.ToImmutable()));
        }
        return new()
        {
            Application = application.Name,
            Version = command.Version ?? application.Version ?? "0.0.0",
            Services = services.MoveToImmutable(),
            Terms = new()
            {
                SourceFolder = command.SourceFolder,
                Development = command.Development,
                Gateway = application.Gateway,
                SecretStores = application.SecretStores,
                Plan = command.Strategy is { } strategy ? application.Rollout with { Strategy = strategy } : application.Rollout,
                Gates = application.Gates,
                Guard = application.Guard,
            },
        };
    }

    /// <summary>Whether a blueprint may turn out to be a release, once it is built: all but the artefacts is the same.</summary>
    public static bool MayBe(Blueprint blueprint, Release release)
    {
        Release Bare(ImmutableArray<ReleasedService> services) => new()
        {
            Id = default,
            Application = blueprint.Application,
            Version = blueprint.Version,
            Stamp = release.Stamp,
            Services = [.. services.Select(one => one with { Artefact = null })],
        };
        return release.Application == blueprint.Application && release.Version == blueprint.Version
            && ReleaseIdentity.Of(Bare(blueprint.Services)) == ReleaseIdentity.Of(Bare(release.Services));
    }
}
