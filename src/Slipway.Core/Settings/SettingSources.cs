using System.Collections.Immutable;
using Slipway.Core.Manifests;

namespace Slipway.Core.Settings;

/// <summary>
/// The places that give settings their values, in order: variable or file, <c>.env</c>, the environment in the manifest,
/// the default. An empty value counts as none.
/// </summary>
/// <param name="application">The application, in its environment.</param>
/// <param name="inputs">What the outside gives.</param>
internal sealed class SettingSources(Application application, SettingInputs inputs)
{
    private readonly DotEnvFile? _dotEnv = application.Environment == ManifestReader.Local ? inputs.DotEnv : null;

    /// <summary>The value that counts and where it comes from.</summary>
    public EffectiveSetting Find(Setting setting, ImmutableArray<Diagnostic>.Builder faults)
    {
        var given = ImmutableArray.CreateBuilder<SettingOrigin>();
        string? first = null;
        void Take(string? value, SettingSource source, string name, SourcePlace? at)
        {
            if (string.IsNullOrEmpty(value))
                return;
            first ??= value;
            given.Add(new(source, name, at));
        }

        TakeVariables(setting, Take, faults);
        if (_dotEnv is not null)
        {
            foreach (var name in Names(setting))
            {
                if (_dotEnv.Entries.TryGetValue(name, out var entry))
                    Take(entry.Value, SettingSource.DotEnv, name, entry.At);
            }
        }
        Take(setting.Value, SettingSource.Environment, setting.Name, setting.ValueAt);
        if (setting.Safe.Contains(application.Environment) && (setting.Only.IsEmpty || setting.Only.Contains(application.Environment)))
            Take(setting.Default, SettingSource.Default, setting.Name, setting.At);
        if (first is null)
            return new(setting, null, null, new(SettingSource.None, setting.Name, null), []);
        WarnOfFormerName(setting, given[0], faults);
        var overrode = given.Count == 1 ? [] : given.ToImmutable().RemoveAt(0);
        return setting.Secret && SecretReference.TryParse(first, out var reference)
            ? new(setting, null, reference.In(application.Environment, application.SecretStores), given[0], overrode)
            : new(setting, first, null, given[0], overrode);
    }

    private void TakeVariables(Setting setting, Action<string?, SettingSource, string, SourcePlace?> take, ImmutableArray<Diagnostic>.Builder faults)
    {
        foreach (var name in Names(setting))
        {
            var variable = inputs.Variables.GetValueOrDefault(name);
            var file = inputs.Files.GetValueOrDefault(name);
            if (!string.IsNullOrEmpty(variable) && file is not null)
                faults.Add(new(FaultCode.GivenTwice, Severity.Error, setting.At, $"{name} and {name}_FILE are both set.", "Keep one of the two."));
            take(variable, SettingSource.Variable, name, null);
            take(file, SettingSource.Variable, name + "_FILE", null);
        }
    }

    private static void WarnOfFormerName(Setting setting, SettingOrigin origin, ImmutableArray<Diagnostic>.Builder faults)
    {
        var name = origin.Name.EndsWith("_FILE", StringComparison.Ordinal) && !setting.Formerly.Contains(origin.Name) && origin.Name != setting.Name ? origin.Name[..^5] : origin.Name;
        if (name != setting.Name)
            faults.Add(new(FaultCode.FormerName, Severity.Warning, origin.At ?? setting.At, $"{name} is a former name of {setting.Name}.", $"Set {setting.Name} instead."));
    }

    private static IEnumerable<string> Names(Setting setting) => setting.Formerly.IsEmpty ? [setting.Name] : setting.Formerly.Insert(0, setting.Name);
}
