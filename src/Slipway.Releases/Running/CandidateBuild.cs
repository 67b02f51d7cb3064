using System.Collections.Immutable;
using System.Text;
using Slipway.Core.Manifests;
using Slipway.Releases.Planning;
using Slipway.Releases.Ports;

namespace Slipway.Releases.Running;

/// <summary>Builds a blueprint into a release.</summary>
/// <param name="artefacts">Builds its services.</param>
/// <param name="clock">The time.</param>
/// <param name="known">Finds a release that was ever built, in any environment.</param>
internal sealed class CandidateBuild(IArtefacts artefacts, TimeProvider clock, Func<ReleaseId, Release?> known)
{
    /// <summary>How long the builds of a release may take together.</summary>
    public static readonly TimeSpan TimeMax = TimeSpan.FromHours(1);

    /// <summary>How a build of all services ended.</summary>
    /// <param name="Kept">The release; null when a service failed.</param>
    /// <param name="Cached">Services that had been built before.</param>
    /// <param name="Failed">The failure; null when there is a release.</param>
    public sealed record Result(KeptRelease? Kept, ImmutableArray<ServiceName> Cached, Rollouts.Failure? Failed);

    /// <summary>Builds what needs it, one service after the other, since builds of one source tree share folders.</summary>
    public async Task<Result> Run(Blueprint blueprint, CancellationToken cancellation)
    {
        if (blueprint.Derived is { } origin)
            return Derived(blueprint, origin);
        using var late = new CancellationTokenSource(TimeMax, clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation, late.Token);
        var services = ImmutableArray.CreateBuilder<ReleasedService>(blueprint.Services.Length);
        var cached = ImmutableArray.CreateBuilder<ServiceName>();
        var fingerprints = new StringBuilder();
        foreach (var planned in blueprint.Services)
        {
            if (!NeedsBuild(planned.Service, blueprint.Terms.Development))
            {
                services.Add(planned);
                // Development commands follow their source by themselves.
                if (blueprint.Terms.Development)
                    continue;
                if (await Fingerprint(planned.Service, blueprint.Terms.SourceFolder, fingerprints, end.Token) is { } unread)
                    return new(null, [], Failure(planned.Service.Name, unread));
                continue;
            }
            var outcome = await Build(planned.Service, blueprint.Terms.SourceFolder, end.Token, late.Token);
            if (outcome is BuildOutcome.Failed failed)
                return new(null, [], Failure(planned.Service.Name, failed));
            var built = (BuildOutcome.Built)outcome;
            services.Add(planned with { Artefact = built.Digest });
            if (built.Cached)
                cached.Add(planned.Service.Name);
        }
        var stamp = new BuildStamp(await artefacts.GitSha(blueprint.Terms.SourceFolder, end.Token), clock.GetUtcNow());
        return new(new(Bundle(blueprint, services.ToImmutable(), stamp, fingerprints.ToString()), blueprint.Terms), cached.ToImmutable(), null);
    }

    // What runs from its source folder is known by the release that it came with: nobody looks at the folder again.
    private Result Derived(Blueprint blueprint, ReleaseOrigin origin)
    {
        var built = blueprint.Services.Where(one => one.Artefact is not null).Select(one => one.Service.Name).ToImmutableArray();
        var source = built.Length == blueprint.Services.Length ? "" : $" of {origin.Release}";
        return new(new(Bundle(blueprint, blueprint.Services, origin.Stamp, source), blueprint.Terms), built, null);
    }

    private static bool NeedsBuild(Service service, bool development)
        => service.Build is not null && !(development && service is { Dev: not null, Migration: null, Seeds: null });

    private async Task<BuildOutcome> Build(Service service, string folder, CancellationToken end, CancellationToken late)
    {
        try
        {
            return await artefacts.Build(service, folder, new Progress(), end);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            return new BuildOutcome.Failed($"The build of {service.Name} took longer than {TimeMax.TotalMinutes:0} min and was ended.", []);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or TargetException)
        {
            return new BuildOutcome.Failed($"The build of {service.Name} could not be run: {fault.Message}", []);
        }
    }

    /// <summary>Adds what a service that runs from its source folder is known by; a failure when that cannot be read.</summary>
    private async Task<BuildOutcome.Failed?> Fingerprint(Service service, string folder, StringBuilder fingerprints, CancellationToken cancellation)
    {
        try
        {
            fingerprints.Append($" {service.Name}={await artefacts.Fingerprint(service, folder, cancellation)}");
            return null;
        }
        catch (TargetException fault)
        {
            return new(fault.Message, []);
        }
    }

    private Release Bundle(Blueprint blueprint, ImmutableArray<ReleasedService> services, BuildStamp stamp, string source)
    {
        var release = new Release
        {
            Id = default,
            Application = blueprint.Application,
            Version = blueprint.Version,
            Stamp = stamp,
            Services = services,
        };
        var id = ReleaseIdentity.Of(release, source.Length == 0 ? null : source);
        return known(id) ?? release with { Id = id };
    }

    private static Rollouts.Failure Failure(ServiceName service, BuildOutcome.Failed failed)
        => new(failed.Reason, "build", service, null, [.. failed.LastLines], "Correct the build; nothing was changed in the environment.");

    private sealed class Progress : IProgress<string>
    {
        public void Report(string value)
        {
            // Nobody follows a build live yet; the build keeps its own last lines, which explain a failure.
        }
    }
}
