using System.Collections.Immutable;
using Slipway.Core.Manifests;

namespace Slipway.Core.Settings;

/// <summary>Where the value of a setting comes from; the first that has one wins, in this order.</summary>
public enum SettingSource
{
    /// <summary>An environment variable of whoever starts the application, or the file that <c>NAME_FILE</c> names; an empty one counts as none.</summary>
    Variable,

    /// <summary>The <c>.env</c> file beside the manifest; in <c>local</c> only.</summary>
    DotEnv,

    /// <summary>The environment's own <c>settings</c> in the manifest, or the setting's store.</summary>
    Environment,

    /// <summary>The default in the setting's declaration; where it is safe only.</summary>
    Default,

    /// <summary>Nothing has one.</summary>
    None,
}

/// <summary>A place that gives a setting a value.</summary>
/// <param name="Source">What kind of place.</param>
/// <param name="Name">The name under which it stands there: the setting's own, a former one, or <c>NAME_FILE</c>.</param>
/// <param name="At">Where it stands; null for an environment variable.</param>
public sealed record SettingOrigin(SettingSource Source, string Name, SourcePlace? At);

/// <summary>A setting with the value that counts in one environment.</summary>
/// <param name="Setting">Its declaration.</param>
/// <param name="Value">The value; null when nothing gives one, or when <paramref name="Reference"/> has not been read yet.</param>
/// <param name="Reference">The secret that holds the value, its name in full; null for a value in the clear.</param>
/// <param name="Origin">Where it comes from.</param>
/// <param name="Overrode">What would have given a value otherwise, next first.</param>
public sealed record EffectiveSetting(
    Setting Setting, string? Value, SecretReference? Reference, SettingOrigin Origin, ImmutableArray<SettingOrigin> Overrode)
{
    /// <summary>Whether it has a value, read or not.</summary>
    public bool IsGiven => Value is not null || Reference is not null;

    /// <summary>The value as it may be shown: a reference as it is, a value that grants access hidden, nothing as an empty text.</summary>
    public string Shown => Reference?.ToString() ?? (Value is null ? "" : Setting.Secret || ShownValue.GrantsAccess(Setting.Type, Value) ? ShownValue.Hidden : Value);

    /// <summary>Never the value of a secret.</summary>
    public override string ToString() => $"{Setting.Name}={Shown}";
}

/// <summary>The settings of an application in one environment.</summary>
/// <param name="All">Each declared setting, in the manifest's order.</param>
/// <param name="Faults">What is missing, wrong, not allowed, or worth a warning.</param>
public sealed record EffectiveSettings(ImmutableArray<EffectiveSetting> All, ImmutableArray<Diagnostic> Faults)
{
    /// <summary>Whether instances may be started with them.</summary>
    public bool IsUsable => !Faults.Any(fault => fault.Severity == Severity.Error);

    /// <summary>The variables that one service is given: the settings that it sees, never those of another.</summary>
    public IReadOnlyDictionary<string, string> For(ServiceName service)
    {
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var setting in All)
        {
            if (setting.Value is { } value && setting.Setting.Services.Contains(service))
                seen[setting.Setting.Name] = value;
        }
        return seen;
    }
}
