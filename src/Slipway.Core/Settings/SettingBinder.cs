using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Slipway.Core.Manifests;

namespace Slipway.Core.Settings;

/// <summary>Fills the declared settings of one environment and checks them against their own declarations.</summary>
internal static class SettingBinder
{
    public static ImmutableArray<Setting> Bind(
        Values root, NamedValue[] environmentValues, Manifest manifest, EnvironmentName environment, FaultList faults)
    {
        var entries = root.Map("settings");
        var positions = new Dictionary<string, int>(entries.Length);
        var settings = new Setting[entries.Length];
        for (var i = 0; i < entries.Length; i++)
            positions[(string)entries[i].Name] = i;
        var given = new NamedValue?[entries.Length];
        foreach (var value in environmentValues)
        {
            if (positions.TryGetValue((string)value.Name, out var position))
            {
                given[position] = value;
                continue;
            }
            var near = Nearest.To((string)value.Name, positions.Keys);
            faults.Error(FaultCode.UnknownSetting, value.At, $"The setting '{value.Name}' is not declared.", near is null ? $"Declare it, such as: settings: {{ {value.Name}: string }}" : $"Did you mean '{near}'? Otherwise declare it under settings.");
        }
        for (var i = 0; i < entries.Length; i++)
            settings[i] = BindOne(entries[i], given[i], manifest, environment, faults);
        return ImmutableCollectionsMarshal.AsImmutableArray(settings);
    }

    private static Setting BindOne(NamedValue entry, NamedValue? given, Manifest manifest, EnvironmentName environment, FaultList faults)
    {
        var values = entry.Value as Values ?? ValueReader.Defaults(ManifestShape.Setting, entry.At);
        var setting = new Setting
        {
            Name = (string)entry.Name,
            Type = (SettingType)(int)values["type"]!,
            Choices = ServiceBinder.Texts(values.List("choices")),
            Required = Environments(values, "required", manifest, faults),
            Only = Environments(values, "only", manifest, faults),
            Secret = (bool)values["secret"]!,
            Default = values.Text("default"),
            Value = (string?)given?.Value,
            Doc = values.Text("doc"),
            At = faults.Place(entry.At),
        };
        if (setting.Type == SettingType.Enum && setting.Choices.IsEmpty && !values.Has("choices"))
            faults.Error(FaultCode.Missing, values.At, $"The setting '{setting.Name}' is an enum without choices.", "Add them, such as: choices: [debug, info]");
        if (setting.Type != SettingType.Enum && values.Has("choices"))
            faults.Error(FaultCode.Conflict, values.KeyAt("choices"), "Only an enum has choices.", "Write type: enum, or remove the choices.");
        if (setting.Default is { } standard && SettingValue.Fault(setting, standard) is { } wrong)
            faults.Error(FaultCode.SettingType, values.KeyAt("default"), $"The default of '{setting.Name}' {wrong}.", $"Write for example: default: {SettingValue.Example(setting)}");
        if (given?.Value is string value)
            CheckGiven(setting, given.At, value, environment, faults);
        return setting;
    }

    private static void CheckGiven(Setting setting, Node at, string value, EnvironmentName environment, FaultList faults)
    {
        if (!setting.Only.IsEmpty && !setting.Only.Contains(environment))
            faults.Error(FaultCode.SettingNotAllowed, at, $"The setting '{setting.Name}' may not have a value in {environment}.", $"Remove it; it is for {string.Join(", ", setting.Only)} only.");
        if (setting.Secret && environment.ToString() is not ("local" or "ci"))
            faults.Error(FaultCode.SecretInManifest, at, $"The value of the secret '{setting.Name}' stands in the manifest.", $"Remove it here, and set the environment variable {setting.Name} where it is needed.");
        else if (SettingValue.Fault(setting, value) is { } wrong)
            faults.Error(FaultCode.SettingType, at, $"The value of '{setting.Name}' {wrong}.", $"Write for example: {setting.Name}: {SettingValue.Example(setting)}");
    }

    private static ImmutableArray<EnvironmentName> Environments(Values values, string key, Manifest manifest, FaultList faults)
    {
        var list = values.List(key);
        var names = new EnvironmentName[list.Length];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = (EnvironmentName)list[i];
            if (Array.IndexOf(names, names[i]) < i || manifest.Environments.Contains(names[i]) || Nearest.To(names[i].ToString(), manifest.Environments.Select(name => name.ToString())) is not { } near)
                continue;
            // Environments may be named before they are declared, so only a likely misspelling is worth a word.
            faults.Warning(FaultCode.UnknownEnvironment, values.ItemAt(key, i), $"There is no environment '{names[i]}'.", $"Did you mean '{near}'?");
        }
        return ImmutableCollectionsMarshal.AsImmutableArray(names);
    }
}
