using System.Collections.Immutable;
using Slipway.Core.Manifests;

namespace Slipway.Core.Settings;

/// <summary>Finds variables that were probably meant as settings: they carry one of the application's prefixes, but name none.</summary>
internal static class UnknownVariables
{
    public static void Warn(Application application, SettingInputs inputs, ImmutableArray<Diagnostic>.Builder faults)
    {
        var prefixes = new HashSet<string>(StringComparer.Ordinal);
        foreach (var setting in application.Settings)
        {
            var split = setting.Name.IndexOf("__", StringComparison.Ordinal);
            if (split > 0)
                prefixes.Add(setting.Name[..split]);
        }
        if (prefixes.Count == 0)
            return;
        HashSet<string>? known = null;
        foreach (var name in inputs.Variables.Keys)
        {
            if (HasPrefix(name, prefixes) && !(known ??= Known(application)).Contains(name))
                faults.Add(Warning(application, name, application.Settings[0].At with { Line = 0, Column = 0 }));
        }
        if (inputs.DotEnv is null || application.Environment != ManifestReader.Local)
            return;
        foreach (var (name, entry) in inputs.DotEnv.Entries)
        {
            if (HasPrefix(name, prefixes) && !(known ??= Known(application)).Contains(name))
                faults.Add(Warning(application, name, entry.At));
        }
    }

    private static bool HasPrefix(string name, HashSet<string> prefixes)
    {
        var split = name.IndexOf("__", StringComparison.Ordinal);
        return split > 0 && prefixes.Contains(name[..split]);
    }

    private static HashSet<string> Known(Application application)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var setting in application.Settings)
        {
            foreach (var name in setting.Formerly.Insert(0, setting.Name))
            {
                known.Add(name);
                known.Add(name + "_FILE");
            }
        }
        return known;
    }

    private static Diagnostic Warning(Application application, string name, SourcePlace at)
    {
        var near = Nearest.To(name, [.. application.Settings.Select(setting => setting.Name)]);
        return new(FaultCode.UnknownVariable, Severity.Warning, at, $"The variable {name} looks like a setting, but none is declared by that name.", near is null ? "Remove it, or declare it under settings." : $"Did you mean {near}?");
    }
}
