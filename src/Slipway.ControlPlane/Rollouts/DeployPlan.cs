using System.Collections.Immutable;
using System.Text;
using Slipway.ControlPlane.Callers;
using Slipway.ControlPlane.Problems;
using Slipway.Core.Api;
using Slipway.Core.Manifests;
using Slipway.Core.Settings;
using Slipway.Releases;

namespace Slipway.ControlPlane.Rollouts;

/// <summary>From a request to what the engine is to make live: the manifest and the settings as they are now, read and resolved.</summary>
internal static class DeployPlan
{
    private const string DotEnvName = ".env";

    /// <summary>Either a command, or why there is none: every fault at once.</summary>
    public static (DeployCommand? Command, Refusal? Refusal) Read(EnvironmentName environment, DeployRequest request, ApiCaller caller)
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
            dotEnv = environment == ManifestReader.Local ? ReadDotEnv(Path.Combine(folder, DotEnvName), faults) : DotEnvFile.Empty;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return (null, Unreadable(request.ManifestPath, fault));
        }
        var application = manifest?.Resolve(environment, Variables(request, dotEnv), faults);
        var settings = application is null ? null : SettingsResolver.Resolve(application, new() { Variables = request.Variables, DotEnv = dotEnv });
        faults.AddRange(settings?.Faults ?? []);
        if (application is null || faults.Any(fault => fault.Severity == Severity.Error))
            return (null, Refusals.Faults(faults));
        return application.Target == TargetKind.Process
            ? (Command(application, settings!, folder, request, caller), null)
            : (null, OtherTarget(application));
    }

    /// <summary>The command for an application whose settings are all there.</summary>
    internal static DeployCommand Command(
        Application application, EffectiveSettings settings, string folder, DeployRequest request, ApiCaller caller) => new()
        {
            Application = application,
            SourceFolder = folder,
            Settings = Split(application, settings, secret: false),
            Secrets = Split(application, settings, secret: true),
            Version = request.Version,
            Strategy = request.Strategy,
            Queue = request.Queue,
            Development = request.Development,
            Caller = caller.By(request.Path),
        };

    private static ImmutableDictionary<ServiceName, ImmutableSortedDictionary<string, string>> Split(
        Application application, EffectiveSettings settings, bool secret)
    {
        var secrets = settings.All.Where(one => one.Setting.Secret).Select(one => one.Setting.Name).ToHashSet(StringComparer.Ordinal);
        return application.Services.ToImmutableDictionary(
            service => service.Name,
            service => settings.For(service.Name).Where(pair => secrets.Contains(pair.Key) == secret)
                .ToImmutableSortedDictionary(StringComparer.Ordinal));
    }

    // As the settings themselves: a variable of the caller comes before the file's.
    private static Dictionary<string, string> Variables(DeployRequest request, DotEnvFile dotEnv)
    {
        var all = dotEnv.Entries.ToDictionary(entry => entry.Key, entry => entry.Value.Value, StringComparer.Ordinal);
        foreach (var (name, value) in request.Variables)
            all[name] = value;
        return all;
    }

    private static DotEnvFile ReadDotEnv(string path, List<Diagnostic> faults)
        => File.Exists(path) ? DotEnvFile.Read(path, Encoding.UTF8.GetString(ReadLimited(path)), faults) : DotEnvFile.Empty;

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
