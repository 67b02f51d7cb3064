using System.Collections.Concurrent;
using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Core.Settings;
using Slipway.Releases.Journals;
using Slipway.Releases.Planning;
using Slipway.Releases.Ports;
using Slipway.Releases.Rollouts;
using Slipway.Releases.Rotations;

namespace Slipway.Releases.Running;

/// <summary>
/// Reads the secrets of releases that run, keeps them in memory, and takes them out of events before they are journaled: an
/// instance may have written them.
/// </summary>
internal sealed class SecretVault(ISecretStores stores, Redactor redactor)
{
    // Looks for drift read it beside the environment's passes.
    private readonly ConcurrentDictionary<SecretVersion, string> _known = [];

    /// <summary>The variables of an instance: settings, secrets, and what it was built from (E3).</summary>
    /// <exception cref="SecretMissingException">A version is gone.</exception>
    public async Task<ImmutableSortedDictionary<string, string>> Variables(Release release, ReleasedService service, ReleaseTerms terms, EnvironmentName environment, CancellationToken cancellation)
    {
        var variables = service.Settings.ToBuilder();
        foreach (var (name, version) in service.Secrets)
            variables[name] = await Read(version, terms, cancellation);
        variables["GIT_SHA"] = release.Stamp.GitSha;
        variables["BUILD_DATE"] = release.Stamp.BuildDate.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
        variables["APP_VERSION"] = release.Version;
        variables["SLIPWAY_ENVIRONMENT"] = environment.ToString();
        variables["SLIPWAY_SERVICE"] = service.Service.Name.ToString();
        variables["SLIPWAY_RELEASE"] = release.Id.ToString();
        return variables.ToImmutable();
    }

    /// <summary>The variables of each workload; one whose secrets cannot be read is left out.</summary>
    public async Task<ImmutableDictionary<WorkloadKey, ImmutableSortedDictionary<string, string>>> Variables(
        ImmutableArray<DesiredWorkload> workloads, EnvironmentName environment, CancellationToken cancellation)
    {
        var all = ImmutableDictionary.CreateBuilder<WorkloadKey, ImmutableSortedDictionary<string, string>>();
        foreach (var (release, service, terms, _) in workloads)
        {
            try
            {
                all[new(release.Id, service.Service.Name)] = await Variables(release, service, terms, environment, cancellation);
            }
            catch (SecretStoreException)
            {
                // Whoever compares asks for each version again, and tells why.
                continue;
            }
        }
        return all.ToImmutable();
    }

    /// <summary>Reads the secrets of a release so that they can be masked; a missing one is told where it is needed.</summary>
    public async Task Learn(KeptRelease kept, CancellationToken cancellation)
    {
        foreach (var version in kept.Release.Services.SelectMany(service => service.Secrets.Values))
        {
            try
            {
                await Read(version, kept.Terms, cancellation);
            }
            catch (SecretStoreException)
            {
                // What is not there cannot be leaked; Ensure reports it when an instance needs it.
                continue;
            }
        }
    }

    /// <summary>An event without any secret value that is known.</summary>
    public JournalEvent Mask(JournalEvent happened) => happened switch
    {
        RollBackBegun e => e with { Failure = Mask(e.Failure)! },
        FailureExplained e => e with { LastLines = Mask(e.LastLines) },
        RolloutEnded e => e with { Failure = Mask(e.Failure), Note = e.Note is null ? null : redactor.Redact(e.Note) },
        RolloutStuck e => e with { Failure = Mask(e.Failure)! },
        MigrationFinished { Schema: { } schema } e => e with { Schema = redactor.Redact(schema) },
        WaitBegun e => e with { Why = redactor.Redact(e.Why) },
        TrafficShifted e => e with { Gates = Mask(e.Gates) },
        RolloutPromoted e => e with { Gates = Mask(e.Gates) },
        AlarmRaised e => e with { Text = redactor.Redact(e.Text) },
        CircuitClosed e => e with { Reason = redactor.Redact(e.Reason) },
        RotationFailed e => e with { Failure = Mask(e.Failure)! },
        RotationEnded e => e with { Failure = Mask(e.Failure) },
        _ => happened,
    };

    private Rollouts.Failure? Mask(Rollouts.Failure? failure)
        => failure is null ? null : failure with { Reason = redactor.Redact(failure.Reason), LastLines = Mask(failure.LastLines) };

    private RotationFailure? Mask(RotationFailure? failure)
        => failure is null ? null : new(redactor.Redact(failure.Reason), redactor.Redact(failure.Remedy));

    private ImmutableArray<string> Mask(ImmutableArray<string> lines) => [.. lines.Select(redactor.Redact)];

    private async Task<string> Read(SecretVersion version, ReleaseTerms terms, CancellationToken cancellation)
    {
        if (_known.TryGetValue(version, out var known))
            return known;
        var value = await stores.Find(version.Store, terms.SecretStores, terms.SourceFolder).Read(version, cancellation);
        redactor.Learn([value]);
        return _known[version] = value;
    }
}
