using System.Collections.Immutable;
using Slipway.Core.Manifests;

namespace Slipway.Core.Settings;

/// <summary>Finds the value of each setting in one environment, where it comes from, and everything wrong with it.</summary>
public static class SettingsResolver
{
    /// <summary>The effective settings. References are not read: <see cref="WithSecrets"/> takes their values.</summary>
    /// <param name="application">The application.</param>
    /// <param name="inputs">What the outside gives.</param>
    /// <param name="service">Only what this service sees, as when it starts alone; null for every setting.</param>
    public static EffectiveSettings Resolve(Application application, SettingInputs inputs, ServiceName? service = null)
    {
        var sources = new SettingSources(application, inputs);
        var faults = ImmutableArray.CreateBuilder<Diagnostic>();
        var all = ImmutableArray.CreateBuilder<EffectiveSetting>(application.Settings.Length);
        foreach (var setting in application.Settings)
        {
            if (service is { } name && !setting.Services.Contains(name))
                continue;
            var effective = sources.Find(setting, faults);
            SettingCheck.Check(effective, application.Environment, faults);
            all.Add(effective);
        }
        var settings = all.DrainToImmutable();
        SettingCheck.CheckRelations(application, settings, faults);
        UnknownVariables.Warn(application, inputs, faults);
        return new(settings, faults.ToImmutable());
    }

    /// <summary>
    /// The same with the values of its references, by their text, and what is wrong with those. A reference without a value
    /// stays one; whoever read it has said why.
    /// </summary>
    public static EffectiveSettings WithSecrets(EffectiveSettings settings, IReadOnlyDictionary<string, string> values)
    {
        var faults = settings.Faults.ToBuilder();
        var all = ImmutableArray.CreateBuilder<EffectiveSetting>(settings.All.Length);
        foreach (var setting in settings.All)
        {
            var read = setting.Reference is { } reference && values.TryGetValue(reference.ToString(), out var value) ? setting with { Value = value } : setting;
            if (!ReferenceEquals(read, setting))
                SettingCheck.CheckForm(read, faults);
            all.Add(read);
        }
        return new(all.MoveToImmutable(), faults.ToImmutable());
    }

    /// <summary>What a value of a setting must be, when it is not; null when it is right. Never holds the value.</summary>
    public static string? ValueFault(Setting setting, string value) => SettingForm.Of(setting).Fault(value);

    /// <summary>What the names of a service's own settings begin with, before <c>__</c>: <c>MAIL_SENDER</c> for <c>mail-sender</c>.</summary>
    public static string SettingPrefix(ServiceName service) => SettingPrefix(service.ToString());

    internal static string SettingPrefix(string service) => service.ToUpperInvariant().Replace('-', '_');
}
