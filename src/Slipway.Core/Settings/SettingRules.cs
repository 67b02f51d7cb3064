using Slipway.Core.Manifests;

namespace Slipway.Core.Settings;

/// <summary>What must hold of declared settings, and of the values that an environment gives them.</summary>
internal static class SettingRules
{
    public static void Check(NamedValue[] declared, NamedValue[] given, string environment, string[] environments, FaultList faults)
    {
        var settings = new Dictionary<string, NamedValue>(declared.Length);
        foreach (var setting in declared)
        {
            settings[setting.Name] = setting;
            if (setting.Value is Values values)
                CheckDeclared(setting.Name, values, environments, faults);
        }
        foreach (var value in given)
        {
            if (!settings.TryGetValue(value.Name, out var setting))
            {
                var near = Nearest.To(value.Name, settings.Keys);
                faults.Error(FaultCode.UnknownSetting, value.At, $"The setting '{value.Name}' is not declared.", near is null ? $"Declare it, such as: settings: {{ {value.Name}: string }}" : $"Did you mean '{near}'? Otherwise declare it under settings.");
            }
            else if (value.Value is string text && setting.Value is Values values)
            {
                CheckGiven(value, text, values, environment, faults);
            }
        }
    }

    private static void CheckDeclared(string name, Values values, string[] environments, FaultList faults)
    {
        var type = (SettingType)(int)values["type"]!;
        if (type == SettingType.Enum && values.List("choices").Length == 0)
            faults.Error(FaultCode.Missing, values.At, $"The setting '{name}' is an enum without choices.", "Add them, such as: choices: [debug, info]");
        if (type != SettingType.Enum && values.Has("choices"))
            faults.Error(FaultCode.Conflict, values.KeyAt("choices"), "Only an enum has choices.", "Write type: enum, or remove the choices.");
        if (values.Text("default") is { } standard && SettingValue.Shape(type, values.List("choices"), standard) is { } shape)
            faults.Error(FaultCode.SettingType, values.KeyAt("default"), $"The default of '{name}' must be {shape}{Not(values, standard)}.", $"Write for example: default: {SettingValue.Example(type, values.List("choices"))}");
        CheckEnvironments(values, "required", environments, faults);
        CheckEnvironments(values, "only", environments, faults);
    }

    private static void CheckGiven(NamedValue value, string text, Values setting, string environment, FaultList faults)
    {
        var only = setting.List("only");
        var (type, choices) = ((SettingType)(int)setting["type"]!, setting.List("choices"));
        if (only.Length > 0 && Array.IndexOf(only, environment) < 0)
            faults.Error(FaultCode.SettingNotAllowed, value.At, $"The setting '{value.Name}' may not have a value in {environment}.", $"Remove it; it is for {string.Join(", ", only)} only.");
        if (setting["secret"] is true && environment is not ("local" or "ci"))
            faults.Error(FaultCode.SecretInManifest, value.At, $"The value of the secret '{value.Name}' stands in the manifest.", $"Remove it here, and set the environment variable {value.Name} where it is needed.");
        else if (SettingValue.Shape(type, choices, text) is { } shape)
            faults.Error(FaultCode.SettingType, value.At, $"The value of '{value.Name}' must be {shape}{Not(setting, text)}.", $"Write for example: {value.Name}: {SettingValue.Example(type, choices)}");
    }

    private static void CheckEnvironments(Values values, string key, string[] environments, FaultList faults)
    {
        var list = values.List(key);
        for (var i = 0; i < list.Length; i++)
        {
            var name = (string)list[i];
            // Environments may be named before they are declared, so only a likely misspelling is worth a word.
            if (Array.IndexOf(environments, name) < 0 && Nearest.To(name, environments) is { } near)
                faults.Warning(FaultCode.UnknownEnvironment, values.ItemAt(key, i), $"There is no environment '{name}'.", $"Did you mean '{near}'?");
        }
    }

    private static string Not(Values setting, string text) => setting["secret"] is true ? "" : $", not '{text}'";
}
