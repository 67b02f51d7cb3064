using Slipway.ControlPlane.Problems;
using Slipway.Core.Manifests;
using Slipway.Core.Settings;
using Slipway.Secrets.Inputs;

namespace Slipway.ControlPlane.Rollouts;

/// <summary>An application as its manifest declares it now, for one environment, with the settings that count there.</summary>
/// <param name="Application">The application.</param>
/// <param name="Settings">Its settings; references to secrets are not read.</param>
/// <param name="Folder">The manifest's folder, absolute.</param>
internal sealed record DeclaredApplication(Application Application, EffectiveSettings Settings, string Folder)
{
    /// <summary>Either an application, or why there is none: every fault of the manifest at once.</summary>
    /// <param name="environment">The environment.</param>
    /// <param name="manifestPath">The manifest's absolute path.</param>
    /// <param name="variables">The variables of who asks.</param>
    /// <param name="faults">Takes what is wrong with the manifest and the <c>.env</c> file, warnings included.</param>
    public static (DeclaredApplication? Declared, Refusal? Refusal) Read(
        EnvironmentName environment, string manifestPath, IReadOnlyDictionary<string, string> variables, List<Diagnostic> faults)
    {
        if (!Path.IsPathFullyQualified(manifestPath))
            return (null, Refusals.Malformed("manifestPath is not an absolute path."));
        var folder = Path.GetDirectoryName(manifestPath)!;
        Manifest? manifest;
        DotEnvFile dotEnv;
        try
        {
            manifest = ManifestReader.Read(manifestPath, ReadLimited(manifestPath), faults);
            dotEnv = environment == ManifestReader.Local
                ? SettingInputsReader.ReadDotEnv(folder, Path.Combine(folder, SettingInputsReader.DotEnvName), faults) : DotEnvFile.Empty;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return (null, Unreadable(manifestPath, fault));
        }
        return manifest?.Resolve(environment, Variables(variables, dotEnv), faults) is { } application
            ? (new(application, SettingsResolver.Resolve(application, new() { Variables = variables, DotEnv = dotEnv }), folder), null)
            : (null, Refusals.Faults(faults));
    }

    // As the settings themselves: a variable of the caller comes before the file's.
    private static Dictionary<string, string> Variables(IReadOnlyDictionary<string, string> variables, DotEnvFile dotEnv)
    {
        var all = dotEnv.Entries.ToDictionary(entry => entry.Key, entry => entry.Value.Value, StringComparer.Ordinal);
        foreach (var (name, value) in variables)
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
}
