using System.Collections.Immutable;
using Slipway.Core.Manifests;

namespace Slipway.Core.Settings;

/// <summary>What must hold of effective settings.</summary>
internal static class SettingCheck
{
    public static void Check(EffectiveSetting effective, EnvironmentName environment, ImmutableArray<Diagnostic>.Builder faults)
    {
        var setting = effective.Setting;
        if (!effective.IsGiven)
        {
            if (setting.Required.Contains(environment))
                faults.Add(new(FaultCode.SettingMissing, Severity.Error, setting.At, $"The setting '{setting.Name}' has no value in {environment}.", Remedy(setting, environment)));
            return;
        }
        if (!setting.Only.IsEmpty && !setting.Only.Contains(environment))
            faults.Add(new(FaultCode.SettingNotAllowed, Severity.Error, effective.Origin.At ?? setting.At, $"The setting '{setting.Name}' may not have a value in {environment}, but {Name(setting, effective.Origin)} gives one.", $"Remove it there; it is for {string.Join(", ", setting.Only)} only."));
        else if (effective.Value is { } value && SecretReference.IsMeant(value))
            CheckReference(effective, value, faults);
        else
            CheckForm(effective, faults);
        CheckAccess(effective, environment, faults);
    }

    // Such a value would be shown, journaled and rendered like any other.
    private static void CheckAccess(EffectiveSetting effective, EnvironmentName environment, ImmutableArray<Diagnostic>.Builder faults)
    {
        var setting = effective.Setting;
        if (setting.Secret || effective.Value is not { } value || !ShownValue.GrantsAccess(setting.Type, value))
            return;
        var severity = SettingRules.IsPractice(environment.ToString()) ? Severity.Warning : Severity.Error;
        faults.Add(new(FaultCode.UndeclaredSecret, severity, effective.Origin.At ?? setting.At, $"The value of '{setting.Name}', from {Name(setting, effective.Origin)}, holds a password or a private key, but the setting is not declared as a secret.", "Declare it with secret: true, so that it is masked everywhere."));
    }

    public static void CheckForm(EffectiveSetting effective, ImmutableArray<Diagnostic>.Builder faults)
    {
        var setting = effective.Setting;
        if (effective.Value is not { } value)
            return;
        var form = SettingForm.Of(setting);
        if (form.Fault(value) is not { } shape)
            return;
        var source = effective.Reference?.ToString() ?? Name(setting, effective.Origin);
        faults.Add(new(FaultCode.SettingType, Severity.Error, effective.Origin.At ?? setting.At, $"The setting '{setting.Name}', from {source}, must be {shape}{ShownValue.Not(setting.Secret, setting.Type, value)}.", setting.Example is { } example ? $"Set it to a value such as {example}." : $"{form.Remedy("Set it to a value such as")}."));
    }

    public static void CheckRelations(Application application, ImmutableArray<EffectiveSetting> settings, ImmutableArray<Diagnostic>.Builder faults)
    {
        if (application.Relations.IsEmpty)
            return;
        var byName = settings.ToDictionary(setting => setting.Setting.Name, StringComparer.Ordinal);
        foreach (var relation in application.Relations)
        {
            // A service that does not see all of them can neither break the rule nor mend it.
            if (!relation.Settings.All(byName.ContainsKey))
                continue;
            // Where none of them may have a value, none can be asked for.
            var apply = relation.Settings.Any(name => byName[name].Setting.Only is var only && (only.IsEmpty || only.Contains(application.Environment)));
            if (apply && relation.Fault(name => byName[name].IsGiven) is var (message, remedy))
                faults.Add(new(FaultCode.BrokenRelation, Severity.Error, relation.At, $"In {application.Environment}, {message}", remedy));
        }
    }

    /// <summary>A place in words.</summary>
    public static string Name(Setting setting, SettingOrigin origin) => origin.Source switch
    {
        SettingSource.Variable when origin.Name.EndsWith("_FILE", StringComparison.Ordinal) && origin.Name != setting.Name && !setting.Formerly.Contains(origin.Name) => $"the file that {origin.Name} names",
        SettingSource.Variable => "the environment variable",
        SettingSource.DotEnv => "the file .env",
        SettingSource.Environment => "the manifest's environment",
        _ => "its default",
    };

    private static void CheckReference(EffectiveSetting effective, string text, ImmutableArray<Diagnostic>.Builder faults)
    {
        var (setting, at) = (effective.Setting, effective.Origin.At ?? effective.Setting.At);
        if (setting.Secret)
            faults.Add(new(FaultCode.SecretReference, Severity.Error, at, $"The setting '{setting.Name}', from {Name(setting, effective.Origin)}, is no reference to a secret that can be read.", "Write secret://store/name, or secret://store/name#3 for its third version."));
        else
            faults.Add(new(FaultCode.SecretReference, Severity.Error, at, $"'{setting.Name}' refers to a secret ('{ShownValue.Line(text)}'), but is not declared as one.", "Declare it with secret: true, so that it is masked everywhere."));
    }

    private static string Remedy(Setting setting, EnvironmentName environment)
    {
        var variable = $"Set the environment variable {setting.Name}";
        if (environment == ManifestReader.Local)
            return $"{variable}, or put it into the file .env.";
        return setting.Secret
            ? $"{variable}, or refer to a stored one under environments: {environment}: settings: {setting.Name}: secret://home/{setting.Name}"
            : $"{variable}, or give it under environments: {environment}: settings.";
    }
}
