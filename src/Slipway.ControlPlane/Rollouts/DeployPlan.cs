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
        if (!Path.IsPathFullyQualified(request.ManifestPath))
            return (null, Refusals.Malformed("manifestPath is not an absolute path."));
        var folder = Path.GetDirectoryName(request.ManifestPath)!;
        var faults = new List<Diagnostic>();
        Manifest? manifest;
        DotEnvFile dotEnv;
        try
        {
            manifest = ManifestReader.Read(request.ManifestPath, ReadLimited(request.ManifestPath), faults);
            dotEnv = environment == ManifestReader.Local
                ? SettingInputsReader.ReadDotEnv(folder, Path.Combine(folder, SettingInputsReader.DotEnvName), faults) : DotEnvFile.Empty;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return (null, Unreadable(request.ManifestPath, fault));
        }
        var application = manifest?.Resolve(environment, Variables(request, dotEnv), faults);
        if (application is null)
            return (null, Refusals.Faults(faults));
        var settings = SettingsResolver.Resolve(application, new() { Variables = request.Variables, DotEnv = dotEnv });
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

    // As the settings themselves: a variable of the caller comes before the file's.
    private static Dictionary<string, string> Variables(DeployRequest request, DotEnvFile dotEnv)
    {
        var all = dotEnv.Entries.ToDictionary(entry => entry.Key, entry => entry.Value.Value, StringComparer.Ordinal);
        foreach (var (name, value) in request.Variables)
            all[name] = value;
        return all;
    }

    // One byte more than is allowed is enough for the reader to refuse the file, however long it is.
    private static byte[] ReadLimited(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        var bytes = new byte[ManifestReader.TextBytesMax + 1];
        var read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return bytes[..read];
    }

    private static Refusal Unreadable(string path, Exception fault) => fault is FileNotFoundException or DirectoryNotFoundException
        ? Refusals.CannotDo($"There is no file {path} on the control plane's machine.", "Name the manifest that is to be deployed.")
        : Refusals.CannotDo($"The file {path} cannot be read: {fault.Message.TrimEnd('.')}.", "Let the control plane's user read it.");

    private static Refusal OtherTarget(Application application)
    {
        var target = application.Target.ToString().ToLowerInvariant();
        return Refusals.CannotDo(
            $"The environment '{application.Environment}' has target: {target}, which comes with the container targets.",
            "This version runs target: process; slipway render writes files for the others.");
    }
}
