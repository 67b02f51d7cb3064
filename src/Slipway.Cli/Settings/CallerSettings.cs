using Slipway.Cli.Homes;
using Slipway.Cli.Invoking;
using Slipway.Core.Manifests;
using Slipway.Core.Settings;
using Slipway.Secrets;
using Slipway.Secrets.Inputs;

namespace Slipway.Cli.Settings;

/// <summary>An application in one environment with its settings as whoever called us would start it.</summary>
/// <param name="Application">The application.</param>
/// <param name="Settings">Its settings, references not read.</param>
/// <param name="Folder">The manifest's folder.</param>
internal sealed record CallerSettings(Application Application, EffectiveSettings Settings, string Folder)
{
    /// <summary>Finds them, in an environment of a manifest; null when <paramref name="faults"/> got an error of the manifest itself.</summary>
    /// <param name="manifest">The manifest.</param>
    /// <param name="path">Its file.</param>
    /// <param name="environment">The environment.</param>
    /// <param name="faults">Takes the faults.</param>
    /// <param name="service">Only what this service sees: nothing of another's is read, and nothing of it can be wrong; null for all.</param>
    public static CallerSettings? Of(Manifest manifest, string path, EnvironmentName environment, List<Diagnostic> faults, string? service = null)
    {
        var folder = Path.GetDirectoryName(path)!;
        var variables = CallerVariables.All();
        var dotEnv = environment == ManifestReader.Local
            ? SettingInputsReader.ReadDotEnv(folder, ManifestFile.Shown(Path.Combine(folder, SettingInputsReader.DotEnvName)), faults) : null;
        var application = manifest.Resolve(environment, Filling(variables, dotEnv), faults);
        if (application is null)
            return null;
        var seer = service is null ? (ServiceName?)null : ServiceChoice.Require(application, service);
        var settings = SettingsResolver.Resolve(application, SettingInputsReader.Read(application, variables, dotEnv, faults, seer), seer);
        faults.AddRange(settings.Faults);
        return new(application, settings, folder);
    }

    /// <summary>As <see cref="Of"/>, where nothing can be done without a right manifest.</summary>
    public static CallerSettings Require(string path, EnvironmentName environment, List<Diagnostic> faults, string? service = null)
    {
        var settings = ManifestFile.Read(path, faults) is { } manifest ? Of(manifest, path, environment, faults, service) : null;
        return settings ?? throw new CommandFailure(ExitCodes.Usage, "The manifest is wrong.", "Correct what stands above.") { Faults = [.. faults.Select(fault => fault.ToString())] };
    }

    /// <summary>What fills <c>${NAME}</c> in the manifest: as for the settings, a variable comes before the file's.</summary>
    public static IReadOnlyDictionary<string, string> Filling(Dictionary<string, string> variables, DotEnvFile? dotEnv)
    {
        if (dotEnv is null || dotEnv.Entries.Count == 0)
            return variables;
        var all = dotEnv.Entries.ToDictionary(entry => entry.Key, entry => entry.Value.Value, StringComparer.Ordinal);
        foreach (var (name, value) in variables)
            all[name] = value;
        return all;
    }

    /// <summary>The same with the secrets that they refer to; the stores are opened only when there are any.</summary>
    public async Task<CallerSettings> WithSecrets(HomeFolder home, CancellationToken cancellation)
    {
        if (!Settings.All.Any(setting => setting.Reference is not null))
            return this;
        using var stores = SecretStores.Open(new(home.Path));
        return this with { Settings = (await SecretReading.Of(Application, Settings, stores, Folder, cancellation)).Settings };
    }
}
