using System.Collections.Immutable;
using Slipway.ControlPlane.Callers;
using Slipway.ControlPlane.Problems;
using Slipway.Core.Api;
using Slipway.Core.Manifests;
using Slipway.Core.Settings;
using Slipway.Releases;
using Slipway.Secrets.Inputs;

namespace Slipway.ControlPlane.Rollouts;

/// <summary>From a request to what the engine is to make live: the manifest and the settings as they are now, read and resolved.</summary>
internal static class DeployPlan
{
    /// <summary>Either a command, or why there is none: every fault at once.</summary>
    /// <param name="environment">Where to.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="caller">Who asked.</param>
    /// <param name="stores">Where secrets are read that settings refer to.</param>
    /// <param name="cancellation">Cancels.</param>
    public static async Task<(DeployCommand? Command, Refusal? Refusal)> Read(
        EnvironmentName environment, DeployRequest request, ApiCaller caller, ISecretStores stores, CancellationToken cancellation)
    {
        if (request.Path is not ("cli" or "api" or "ci"))
            return (null, Refusals.Malformed("path is cli, api or ci."));
        var faults = new List<Diagnostic>();
        var (declared, refusal) = DeclaredApplication.Read(environment, request.ManifestPath, request.Variables, faults);
        if (declared is not var (application, settings, folder))
            return (null, refusal);
        var read = await SecretReading.Of(application, settings, stores, folder, cancellation);
        faults.AddRange(read.Settings.Faults);
        if (faults.Any(fault => fault.Severity == Severity.Error))
            return (null, Refusals.Faults(faults));
        return application.Target == TargetKind.Process
            ? (Command(application, read, folder, request, caller), null)
            : (null, OtherTarget(application));
    }

    /// <summary>The command for an application whose settings are all there.</summary>
    internal static DeployCommand Command(
        Application application, SecretReading read, string folder, DeployRequest request, ApiCaller caller) => new()
        {
            Application = application,
            SourceFolder = folder,
            Settings = Values(application, read, setting => !setting.Setting.Secret),
            Secrets = Values(application, read, setting => setting.Setting.Secret && !read.Versions.ContainsKey(setting.Setting.Name)),
            SecretVersions = Versions(application, read),
            Version = request.Version,
            Strategy = request.Strategy,
            Incompatible = request.Incompatible,
            Queue = request.Queue,
            Development = request.Development,
            Caller = caller.By(request.Path),
        };

    private static ImmutableDictionary<ServiceName, ImmutableSortedDictionary<string, string>> Values(
        Application application, SecretReading read, Func<EffectiveSetting, bool> which)
    {
        var chosen = read.Settings with { All = [.. read.Settings.All.Where(which)] };
        return application.Services.ToImmutableDictionary(
            service => service.Name, service => chosen.For(service.Name).ToImmutableSortedDictionary(StringComparer.Ordinal));
    }

    private static ImmutableDictionary<ServiceName, ImmutableSortedDictionary<string, SecretVersion>> Versions(Application application, SecretReading read)
        => application.Services.ToImmutableDictionary(
            service => service.Name,
            service => read.Settings.All.Where(setting => setting.Setting.Services.Contains(service.Name) && read.Versions.ContainsKey(setting.Setting.Name))
                .ToImmutableSortedDictionary(setting => setting.Setting.Name, setting => read.Versions[setting.Setting.Name], StringComparer.Ordinal));

    private static Refusal OtherTarget(Application application)
    {
        var target = application.Target.ToString().ToLowerInvariant();
        return Refusals.CannotDo(
            $"The environment '{application.Environment}' has target: {target}, which comes with the container targets.",
            "This version runs target: process; slipway render writes files for the others.");
    }
}
