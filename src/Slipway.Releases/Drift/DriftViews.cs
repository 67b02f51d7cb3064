using Slipway.Core.Api;
using Slipway.Core.Manifests;
using Slipway.Releases.Ports;

namespace Slipway.Releases.Drift;

/// <summary>Shows findings as the API has them.</summary>
public static class DriftViews
{
    /// <summary>A report.</summary>
    public static DriftView Of(EnvironmentName environment, DriftReport report) => new()
    {
        Environment = environment,
        Live = report.Live,
        LookedAt = report.At,
        Changed = [.. report.Changed.Select(one => Finding(one, environment))],
        Unreleased = [.. report.Unreleased.Select(one => Finding(one, environment))],
        Fixed = [.. report.Fixed.Select(one => Finding(one, environment))],
        Untold = report.Untold,
        Fingerprint = report.Fingerprint is { } fingerprint ? new(fingerprint.Whole, fingerprint.Parts) : null,
    };

    /// <summary>A finding.</summary>
    public static DriftFindingView Finding(DriftFinding finding, EnvironmentName environment) => new()
    {
        Aspect = finding.Deviation.Aspect.ToString().ToLowerInvariant(),
        Service = finding.Deviation.Service,
        Instance = finding.Deviation.Instance,
        Subject = finding.Deviation.Subject,
        Declared = finding.Deviation.Declared,
        Running = finding.Deviation.Running,
        Remedy = Remedy(finding.Deviation, environment),
        DeclaredBy = finding.Origin?.Actor,
        DeclaredAt = finding.Origin?.At,
        DeclaredIn = finding.Origin?.By,
    };

    private static string Remedy(Deviation deviation, EnvironmentName environment) => deviation switch
    {
        { Remedy: DriftRemedy.Deploy } => $"Release it with: slipway deploy {environment}",
        { Remedy: DriftRemedy.Person, Aspect: DriftAspect.Secrets } => "Set it again and deploy, or restore the store: slipway secrets doctor",
        { Remedy: DriftRemedy.Person } => "A person must look at it.",
        _ => $"Bring it back with: slipway drift {environment} --fix",
    };
}
