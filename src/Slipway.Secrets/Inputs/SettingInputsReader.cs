using Slipway.Core.Manifests;

namespace Slipway.Secrets.Inputs;

/// <summary>Reads what the outside gives for settings: variables, the files that <c>NAME_FILE</c> names, and <c>.env</c>.</summary>
public static class SettingInputsReader
{
    /// <summary>The name of the file beside the manifest.</summary>
    public const string DotEnvName = ".env";

    private const int ValueBytesMax = 64 * 1024;
    private const int DotEnvBytesMax = 1 << 20;

    /// <summary>The inputs of an application. A file that cannot be read is a fault and gives nothing.</summary>
    /// <param name="application">Says which settings there are.</param>
    /// <param name="variables">The environment variables of whoever starts it.</param>
    /// <param name="dotEnv">Its <c>.env</c> file, as <see cref="ReadDotEnv"/> gives it.</param>
    /// <param name="faults">Takes the faults.</param>
    /// <param name="service">Only the files of settings that this service sees; null for all.</param>
    public static SettingInputs Read(
        Application application, IReadOnlyDictionary<string, string> variables, DotEnvFile? dotEnv, ICollection<Diagnostic> faults, ServiceName? service = null)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var setting in application.Settings)
        {
            if (service is { } seer && !setting.Services.Contains(seer))
                continue;
            foreach (var name in setting.Formerly.Insert(0, setting.Name))
            {
                // A setting of that name is a setting, and no name of a file with another one's value.
                if (variables.TryGetValue(name + "_FILE", out var path) && path.Length > 0 && !IsSetting(application, name + "_FILE"))
                    ReadFile(setting, name, path, files, faults);
            }
        }
        return new() { Variables = variables, Files = files, DotEnv = dotEnv };
    }

    /// <summary>The <c>.env</c> file beside a manifest; without entries when there is none.</summary>
    /// <param name="folder">The manifest's folder.</param>
    /// <param name="shown">The file's name in faults.</param>
    /// <param name="faults">Takes the faults.</param>
    public static DotEnvFile ReadDotEnv(string folder, string shown, ICollection<Diagnostic> faults)
    {
        var path = Path.Combine(folder, DotEnvName);
        if (!File.Exists(path) && !Directory.Exists(path))
            return DotEnvFile.Empty;
        try
        {
            return DotEnvFile.Read(shown, SecretFile.ReadText(path, DotEnvBytesMax), faults);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            faults.Add(new(FaultCode.SettingFile, Severity.Error, new(shown, 0, 0), $"The file cannot be read: {fault.Message.TrimEnd('.')}.", "Check its owner and size."));
            return DotEnvFile.Empty;
        }
    }

    private static bool IsSetting(Application application, string name)
    {
        foreach (var setting in application.Settings)
        {
            if (setting.Name == name || setting.Formerly.Contains(name))
                return true;
        }
        return false;
    }

    private static void ReadFile(Setting setting, string name, string path, Dictionary<string, string> files, ICollection<Diagnostic> faults)
    {
        try
        {
            var text = SecretFile.ReadText(path, ValueBytesMax);
            files[name] = text.EndsWith('\n') ? text[..^1].TrimEnd('\r') : text;
            if (setting.Secret && !SecretFile.IsPrivate(path) && !path.StartsWith("/run/", StringComparison.Ordinal))
                faults.Add(new(FaultCode.SettingFile, Severity.Warning, setting.At, $"The file of the secret {name}, {path}, is open to other users.", $"Close it: chmod 600 {path}"));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            faults.Add(new(FaultCode.SettingFile, Severity.Error, setting.At, $"The file {path} that {name}_FILE names cannot be read: {fault.Message.TrimEnd('.')}.", "Check its path, owner and size."));
        }
    }
}
