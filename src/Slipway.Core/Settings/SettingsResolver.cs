using System.Collections.Immutable;
using Slipway.Core.Manifests;

namespace Slipway.Core.Settings;

/// <summary>Finds the value of each setting in one environment, where it comes from, and everything wrong with it.</summary>
public static class SettingsResolver
{
    /// <summary>The effective settings. References are not read: <see cref="WithSecrets"/> takes their values.</summary>
    public static EffectiveSettings Resolve(Application application, SettingInputs inputs)
    {
        var file = application.Environment.ToString() == "local" ? inputs.DotEnv : null;
        var faults = ImmutableArray.CreateBuilder<Diagnostic>();
        var all = ImmutableArray.CreateBuilder<EffectiveSetting>(application.Settings.Length);
        foreach (var setting in application.Settings)
        {
            var effective = ResolveOne(setting, application.Environment, inputs.Variables, file);
            Check(effective, application.Environment, file, faults);
            all.Add(effective);
        }
        return new(all.MoveToImmutable(), faults.ToImmutable());
    }

    /// <summary>
    /// The same with the values of its references, by their text, and everything that is wrong with those: a type, a range,
    /// or a reference that has no value here.
    /// </summary>
    public static EffectiveSettings WithSecrets(Application application, EffectiveSettings settings, IReadOnlyDictionary<string, string> values)
        => settings with
        {
            All = [.. settings.All.Select(one => one.Reference is { } reference && values.TryGetValue(reference.ToString(), out var value) ? one with { Value = value } : one)],
        };

    /// <summary>What the names of a service's own settings begin with, before <c>__</c>: <c>MAIL_SENDER</c> for <c>mail-sender</c>.</summary>
    public static string SettingPrefix(ServiceName service)
        => service.ToString().ToUpperInvariant().Replace('-', '_');

    private static EffectiveSetting ResolveOne(
        Setting setting,
        EnvironmentName environment,
        IReadOnlyDictionary<string, string> variables,
        DotEnvFile? file)
    {
        var defaults = environment.ToString() is "local" or "ci";
        var allowed = setting.Only.IsEmpty || setting.Only.Contains(environment);
        (SettingSource Source, string? Value)[] sources =
        [
            (SettingSource.Variable, variables.GetValueOrDefault(setting.Name)),
            (SettingSource.DotEnv, file?.Entries.GetValueOrDefault(setting.Name)?.Value),
            (SettingSource.Environment, setting.Value),
            (SettingSource.Default, defaults && allowed ? setting.Default : null),
        ];
        var given = sources.Where(source => !string.IsNullOrEmpty(source.Value)).ToArray();
        return given.Length == 0
            ? new(setting, null, null, new(SettingSource.None, setting.Name, null), [])
            : new(setting, given[0].Value, null, new(given[0].Source, setting.Name, null), [.. given.Skip(1).Select(source => new SettingOrigin(source.Source, setting.Name, null))]);
    }

    private static void Check(EffectiveSetting effective, EnvironmentName environment, DotEnvFile? file, ImmutableArray<Diagnostic>.Builder faults)
    {
        var setting = effective.Setting;
        var at = effective.Origin.Source == SettingSource.DotEnv ? file!.Entries[setting.Name].At : setting.At;
        if (effective.Value is null)
        {
            if (setting.Required.Contains(environment))
                faults.Add(new(FaultCode.SettingMissing, Severity.Error, at, $"The setting '{setting.Name}' has no value in {environment}.", Remedy(setting, environment)));
            return;
        }
        if (!setting.Only.IsEmpty && !setting.Only.Contains(environment))
            faults.Add(new(FaultCode.SettingNotAllowed, Severity.Error, at, $"The setting '{setting.Name}' may not have a value in {environment}, but {Name(effective.Origin.Source)} gives one.", $"Remove it there; it is for {string.Join(", ", setting.Only)} only."));
        else if (SettingValue.Shape(setting.Type, [.. setting.Choices], effective.Value) is { } shape)
            faults.Add(new(FaultCode.SettingType, Severity.Error, at, $"The setting '{setting.Name}', from {Name(effective.Origin.Source)}, must be {shape}{(setting.Secret ? "" : $", not '{effective.Value}'")}.", $"Set it to a value such as {SettingValue.Example(setting.Type, [.. setting.Choices])}."));
    }

    private static string Remedy(Setting setting, EnvironmentName environment)
    {
        var variable = $"Set the environment variable {setting.Name}";
        if (environment.ToString() == "local")
            return $"{variable}, or put it into the file .env.";
        return setting.Secret ? $"{variable}." : $"{variable}, or give it under environments: {environment}: settings.";
    }

    private static string Name(SettingSource source) => source switch
    {
        SettingSource.Variable => "the environment variable",
        SettingSource.DotEnv => "the file .env",
        SettingSource.Environment => "the manifest's environment",
        _ => "its default",
    };
}
