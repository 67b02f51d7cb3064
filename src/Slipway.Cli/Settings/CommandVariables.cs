using Slipway.Cli.Invoking;
using Slipway.Core.Manifests;

namespace Slipway.Cli.Settings;

/// <summary>The environment of a command that runs with an application's settings.</summary>
internal static class CommandVariables
{
    /// <summary>What opens a secret store is for us, and not for what we start.</summary>
    private static readonly string[] Ours = ["SLIPWAY_SECRETS_KEY_FILE", "SLIPWAY_SECRETS_PASSPHRASE", "VAULT_TOKEN", "VAULT_SECRET_ID"];

    /// <summary>The caller's variables without any declared setting, then the settings that have a value.</summary>
    /// <param name="caller">The settings, secrets read.</param>
    /// <param name="service">Only what this service sees; null for all.</param>
    public static Dictionary<string, string> Of(CallerSettings caller, ServiceName? service)
    {
        var variables = CallerVariables.All();
        foreach (var name in Ours)
            variables.Remove(name);
        foreach (var setting in caller.Settings.All)
        {
            foreach (var name in setting.Setting.Formerly.Insert(0, setting.Setting.Name))
            {
                variables.Remove(name);
                variables.Remove(name + "_FILE");
            }
        }
        foreach (var setting in caller.Settings.All)
        {
            if (setting.Value is { } value && (service is not { } name || setting.Setting.Services.Contains(name)))
                variables[setting.Setting.Name] = value;
        }
        variables["SLIPWAY_ENVIRONMENT"] = caller.Application.Environment.ToString();
        return variables;
    }
}
