using Slipway.Core.Manifests;

namespace Slipway.Core.Settings;

/// <summary>What must hold of declared settings, and of the values that an environment gives them.</summary>
internal static class SettingRules
{
    private static readonly string[] Practice = ["local", "ci"];

    /// <summary>Whether an environment is one to practise in, where nothing is at stake.</summary>
    public static bool IsPractice(string environment) => Array.IndexOf(Practice, environment) >= 0;

    public static void Check(Values root, NamedValue[] given, string environment, string[] environments, FaultList faults)
    {
        var declared = root.Map("settings");
        var stores = SecretStoreRules.Check(root.Map("secrets"), faults);
        var services = root.Map("services");
        var prefixes = new HashSet<string>(services.Length);
        foreach (var service in services)
            prefixes.Add(SettingsResolver.SettingPrefix(service.Name));
        var settings = new Dictionary<string, NamedValue>(declared.Length);
        var former = new Dictionary<string, string>();
        foreach (var setting in declared)
            settings[setting.Name] = setting;
        foreach (var setting in declared)
        {
            if (setting.Value is not Values values)
                continue;
            CheckForm(setting.Name, values, faults);
            CheckEnvironments(values, "required", environments, faults);
            CheckEnvironments(values, "only", environments, faults);
            CheckRequired(setting.Name, values, faults);
            CheckDefault(setting.Name, values, faults);
            CheckExample(setting.Name, values, faults);
            CheckSeers(setting, values, services, prefixes, faults);
            CheckSecret(setting.Name, values, settings, stores, faults);
            CheckFormerNames(setting.Name, values, settings, former, faults);
        }
        foreach (var value in given)
            CheckGiven(value, settings, stores, environment, faults);
        CheckRelations(root, settings, faults);
        foreach (var service in services)
            CheckCommands(service, settings, faults);
    }

    // The arguments of a process are shown to every user of a machine; its environment is not.
    private static void CheckCommands(NamedValue service, Dictionary<string, NamedValue> settings, FaultList faults)
    {
        if (service.Value is not Values values)
            return;
        foreach (var (key, command) in Commands(values))
        {
            foreach (var argument in command.Arguments)
            {
                if (SecretIn(argument, settings) is { } secret)
                    faults.Warning(FaultCode.SecretInCommand, values.KeyAt(key), $"The command of '{service.Name}' shows the secret '{secret}' to every user of its machine.", "Let the program read it from its environment.");
            }
        }
    }

    private static IEnumerable<(string Key, CommandLine Line)> Commands(Values service)
    {
        foreach (var key in (string[])["run", "dev"])
        {
            if (service[key] is CommandLine line)
                yield return (key, line);
        }
        if ((service["migrate"] as Values)?["run"] is CommandLine migration)
            yield return ("migrate", migration);
        foreach (var seed in service.List("seed").Cast<Values>())
        {
            if (seed["run"] is CommandLine line)
                yield return ("seed", line);
        }
    }

    private static string? SecretIn(string argument, Dictionary<string, NamedValue> settings)
    {
        for (var at = argument.IndexOf("${", StringComparison.Ordinal); at >= 0; at = argument.IndexOf("${", at + 2, StringComparison.Ordinal))
        {
            var end = at + 2;
            while (end < argument.Length && (char.IsAsciiLetterOrDigit(argument[end]) || argument[end] == '_'))
                end++;
            if (settings.TryGetValue(argument[(at + 2)..end], out var setting) && setting.Value is Values values && values["secret"] is true)
                return setting.Name;
        }
        return null;
    }

    /// <summary>What values a setting takes; null when that itself cannot be read.</summary>
    public static SettingForm? Form(Values values)
    {
        var type = (SettingType)(int)values["type"]!;
        var range = values.Text("range") is { } text ? SettingRange.Read(type, text) : null;
        return values.Has("range") && range is null ? null : new(type, Array.ConvertAll(values.List("choices"), choice => (string)choice), values.Text("pattern"), range);
    }

    private static void CheckForm(string name, Values values, FaultList faults)
    {
        var type = (SettingType)(int)values["type"]!;
        if (type == SettingType.Enum && values.List("choices").Length == 0)
            faults.Error(FaultCode.Missing, values.At, $"The setting '{name}' is an enum without choices.", "Add them, such as: choices: [debug, info]");
        if (type != SettingType.Enum && values.Has("choices"))
            faults.Error(FaultCode.Conflict, values.KeyAt("choices"), "Only an enum has choices.", "Write type: enum, or remove the choices.");
        if (values.Text("pattern") is { } pattern)
        {
            if (type != SettingType.String)
                faults.Error(FaultCode.Conflict, values.KeyAt("pattern"), "Only a string has a pattern.", "Write type: string, or remove the pattern.");
            else if (!SettingPattern.IsGood(pattern))
                faults.Error(FaultCode.SettingForm, values.KeyAt("pattern"), $"The pattern of '{name}' cannot be read.", "Write a regular expression; it must match the whole value.");
        }
        if (values.Text("range") is { } range)
        {
            if (!SettingRange.Applies(type))
                faults.Error(FaultCode.Conflict, values.KeyAt("range"), $"A setting of this type has no range.", "Remove the range.");
            else if (SettingRange.Read(type, range) is null)
                faults.Error(FaultCode.SettingForm, values.KeyAt("range"), $"The range '{range}' of '{name}' cannot be read.", $"Write least..most, such as: range: {RangeExample(type)}");
        }
    }

    private static string RangeExample(SettingType type) => type switch
    {
        SettingType.Duration => "1s..5m",
        SettingType.Size => "1Mi..1Gi",
        SettingType.Number => "0.0..1.0",
        _ => "1..64",
    };

    private static void CheckRequired(string name, Values values, FaultList faults)
    {
        var (required, only) = (values.List("required"), values.List("only"));
        for (var i = 0; only.Length > 0 && i < required.Length; i++)
        {
            if (Array.IndexOf(only, required[i]) < 0)
                faults.Error(FaultCode.Conflict, values.ItemAt("required", i), $"'{name}' is required in {required[i]}, but may have a value in {string.Join(", ", only)} only.", "Correct one of the two.");
        }
    }

    private static void CheckDefault(string name, Values values, FaultList faults)
    {
        var secret = values["secret"] is true;
        if (values.Text("default") is { } standard)
        {
            if (Form(values) is { } form && form.Fault(standard) is { } shape)
                faults.Error(FaultCode.SettingType, values.KeyAt("default"), $"The default of '{name}' must be {shape}{ShownValue.Not(secret, form.Type, standard)}.", form.Remedy("Write for example: default:"));
            if (secret && !values.Has("safe"))
                faults.Error(FaultCode.UnsafeDefault, values.KeyAt("default"), $"The secret '{name}' has a default, but nothing says where it may be used.", "Remove it, or say so: safe: [local]");
        }
        else if (values.Has("safe"))
        {
            faults.Warning(FaultCode.UnsafeDefault, values.KeyAt("safe"), $"'{name}' has no default that could be safe anywhere.", "Give it a default, or remove safe.");
        }
        var safe = values.List("safe");
        for (var i = 0; i < safe.Length; i++)
        {
            if (Array.IndexOf(Practice, (string)safe[i]) < 0)
                faults.Error(FaultCode.UnsafeDefault, values.ItemAt("safe", i), $"A default is never used in {safe[i]}.", "Keep local and ci only, and give the value under that environment's settings.");
        }
    }

    // Keys are too long to be shown whole: what stands for one may be cut short.
    private static void CheckExample(string name, Values values, FaultList faults)
    {
        if (values.Text("example") is { } example && Form(values) is { Type: not (SettingType.Pem or SettingType.Jwks) } form && form.Fault(example) is { } shape)
            faults.Warning(FaultCode.SettingType, values.KeyAt("example"), $"The example of '{name}' is none: it must be {shape}{ShownValue.Not(values["secret"] is true, form.Type, example)}.", form.Remedy("Write for example: example:"));
    }

    private static void CheckSeers(NamedValue setting, Values values, NamedValue[] services, HashSet<string> prefixes, FaultList faults)
    {
        var seers = values.List("services");
        for (var i = 0; i < seers.Length; i++)
        {
            if (Array.Exists(services, service => service.Name == (string)seers[i]))
                continue;
            var near = Nearest.To((string)seers[i], Array.ConvertAll(services, service => service.Name));
            faults.Error(FaultCode.UnknownNeed, values.ItemAt("services", i), $"There is no service '{seers[i]}'.", near is null ? "Name services of this manifest." : $"Did you mean '{near}'?");
        }
        if (values["secret"] is not true || values.Has("services") || services.Length < 2)
            return;
        var split = setting.Name.IndexOf("__", StringComparison.Ordinal);
        if (split <= 0 || !prefixes.Contains(setting.Name[..split]))
            faults.Warning(FaultCode.SecretSeenByAll, setting.At, $"Every service sees the secret '{setting.Name}'.", "Say which need it, such as: services: [api]");
    }

    private static void CheckSecret(string name, Values values, Dictionary<string, NamedValue> settings, Dictionary<string, SecretStoreKind> stores, FaultList faults)
    {
        var secret = values["secret"] is true;
        if (!secret && (values.Has("store") || values.Has("rotation")))
        {
            var key = values.Has("store") ? "store" : "rotation";
            faults.Error(FaultCode.Conflict, values.KeyAt(key), $"'{name}' has a {key}, but it is no secret.", "Write secret: true, or remove it.");
        }
        if (values.Text("store") is { } store && !stores.ContainsKey(store))
            faults.Error(FaultCode.SecretReference, values.KeyAt("store"), $"There is no secret store '{store}'.", $"Known are: {string.Join(", ", stores.Keys)}.");
        if (values["rotation"] is Values rotation)
            RotationRules.Check(name, values, rotation, settings, stores, faults);
    }

    private static void CheckFormerNames(string name, Values values, Dictionary<string, NamedValue> settings, Dictionary<string, string> former, FaultList faults)
    {
        var names = values.List("formerly");
        for (var i = 0; i < names.Length; i++)
        {
            if (settings.ContainsKey((string)names[i]))
                faults.Error(FaultCode.Conflict, values.ItemAt("formerly", i), $"'{names[i]}' is said to be a former name of '{name}', but is a setting itself.", "Remove one of the two.");
            else if (!former.TryAdd((string)names[i], name))
                faults.Error(FaultCode.Conflict, values.ItemAt("formerly", i), $"'{names[i]}' is said to be a former name of both '{former[(string)names[i]]}' and '{name}'.", "Remove one of the two.");
        }
    }

    private static void CheckGiven(NamedValue value, Dictionary<string, NamedValue> settings, Dictionary<string, SecretStoreKind> stores, string environment, FaultList faults)
    {
        if (!settings.TryGetValue(value.Name, out var declared))
        {
            var near = Nearest.To(value.Name, settings.Keys);
            faults.Error(FaultCode.UnknownSetting, value.At, $"The setting '{value.Name}' is not declared.", near is null ? $"Declare it, such as: settings: {{ {value.Name}: string }}" : $"Did you mean '{near}'? Otherwise declare it under settings.");
            return;
        }
        if (value.Value is not string text || declared.Value is not Values setting)
            return;
        var secret = setting["secret"] is true;
        var only = setting.List("only");
        if (only.Length > 0 && Array.IndexOf(only, environment) < 0)
            faults.Error(FaultCode.SettingNotAllowed, value.At, $"The setting '{value.Name}' may not have a value in {environment}.", $"Remove it; it is for {string.Join(", ", only)} only.");
        if (SecretReference.IsMeant(text))
            CheckReference(value, text, secret, stores, faults);
        else if (secret && Array.IndexOf(Practice, environment) < 0)
            faults.Error(FaultCode.SecretInManifest, value.At, $"The value of the secret '{value.Name}' stands in the manifest.", $"Consider it known. Put a new one into a store, and refer to it: {value.Name}: secret://home/{value.Name}");
        else if (!secret && Array.IndexOf(Practice, environment) < 0 && ShownValue.GrantsAccess((SettingType)(int)setting["type"]!, text))
            faults.Error(FaultCode.UndeclaredSecret, value.At, $"The value of '{value.Name}' holds a password or a private key, but the setting is not declared as a secret.", "Declare it with secret: true, and consider this value known.");
        else if (Form(setting) is { } form && form.Fault(text) is { } shape)
            faults.Error(FaultCode.SettingType, value.At, $"The value of '{value.Name}' must be {shape}{ShownValue.Not(secret, form.Type, text)}.", form.Remedy($"Write for example: {value.Name}:"));
    }

    private static void CheckReference(NamedValue value, string text, bool secret, Dictionary<string, SecretStoreKind> stores, FaultList faults)
    {
        if (!SecretReference.TryParse(text, out var reference))
            faults.Error(FaultCode.SecretReference, value.Node, $"'{text}' is no reference to a secret.", "Write secret://store/name, or secret://store/name#3 for its third version.");
        else if (!stores.ContainsKey(reference.Store))
            faults.Error(FaultCode.SecretReference, value.Node, $"There is no secret store '{reference.Store}'.", $"Known are: {string.Join(", ", stores.Keys)}.");
        else if (!secret)
            faults.Error(FaultCode.SecretReference, value.Node, $"'{value.Name}' refers to a secret, but is not declared as one.", "Declare it with secret: true, so that it is masked everywhere.");
    }

    private static void CheckRelations(Values root, Dictionary<string, NamedValue> settings, FaultList faults)
    {
        var rules = root.List("rules");
        for (var i = 0; i < rules.Length; i++)
        {
            var at = root.ItemAt("rules", i);
            if (SettingRelationReader.Read((string)rules[i]) is not { } rule)
            {
                faults.Error(FaultCode.SettingRelation, at, $"The rule '{rules[i]}' cannot be read.", $"Write {SettingRelationReader.Forms}.");
                continue;
            }
            foreach (var name in rule.Settings)
            {
                if (settings.ContainsKey(name))
                    continue;
                var near = Nearest.To(name, settings.Keys);
                faults.Error(FaultCode.UnknownSetting, at, $"The setting '{name}' of this rule is not declared.", near is null ? "Declare it under settings." : $"Did you mean '{near}'?");
            }
        }
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
}
