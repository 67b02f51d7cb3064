using System.Collections.Immutable;
using Slipway.Core.Manifests;

namespace Slipway.Core.Settings;

/// <summary>Where the value of a setting comes from; the first that has one wins, in this order.</summary>
public enum SettingSource
{
    /// <summary>An environment variable of whoever starts the application; an empty one counts as none.</summary>
    Variable,

    /// <summary>The <c>.env</c> file beside the manifest; in <c>local</c> only.</summary>
    DotEnv,

    /// <summary>The environment's own <c>settings</c> in the manifest.</summary>
    Environment,

    /// <summary>The default in the setting's declaration; in <c>local</c> and <c>ci</c> only.</summary>
    Default,

    /// <summary>Nothing has one.</summary>
    None,
}

/// <summary>A setting with the value that counts in one environment.</summary>
/// <param name="Setting">Its declaration.</param>
/// <param name="Value">The value; null when nothing gives one.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="Overrode">What would have given a value otherwise, next first.</param>
/// <param name="Service">The only service that sees it; null when all do.</param>
public sealed record EffectiveSetting(
    Setting Setting, string? Value, SettingSource Source, ImmutableArray<SettingSource> Overrode, ServiceName? Service)
{
    /// <summary>The value as it may be shown: a secret's is hidden, nothing is empty.</summary>
    public string Shown => Value is null ? "" : Setting.Secret ? "********" : Value;

    /// <summary>Never the value of a secret.</summary>
    public override string ToString() => $"{Setting.Name}={Shown}";
}

/// <summary>The settings of an application in one environment.</summary>
/// <param name="All">Each declared setting, in the manifest's order.</param>
/// <param name="Faults">What is missing, of the wrong type or not allowed.</param>
public sealed record EffectiveSettings(ImmutableArray<EffectiveSetting> All, ImmutableArray<Diagnostic> Faults)
{
    /// <summary>Whether instances may be started with them.</summary>
    public bool IsUsable => !Faults.Any(fault => fault.Severity == Severity.Error);

    /// <summary>The variables that one service is given: its own settings and those of all, never those of another.</summary>
    public IReadOnlyDictionary<string, string> For(ServiceName service)
    {
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var setting in All)
        {
            if (setting.Value is { } value && (setting.Service is null || setting.Service == service))
                seen[setting.Setting.Name] = value;
        }
        return seen;
    }
}
