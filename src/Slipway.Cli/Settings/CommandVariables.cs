using Slipway.Cli.Invoking;
using Slipway.Core.Settings;

namespace Slipway.Cli.Settings;

/// <summary>The environment of a command that runs with an application's settings.</summary>
internal static class CommandVariables
{
    /// <summary>What opens a secret store is for us, and not for what we start.</summary>
    private static readonly string[] Ours = ["SLIPWAY_SECRETS_KEY_FILE", "SLIPWAY_SECRETS_PASSPHRASE", "VAULT_TOKEN", "VAULT_SECRET_ID"];

    /// <summary>The caller's variables without any declared setting, then the settings that have a value.</summary>
    /// <param name="caller">The settings, secrets read.</param>
    public static Dictionary<string, string> Of(CallerSettings caller)
    {
        var variables = CallerVariables.All();
        foreach (var name in Ours)
            variables.Remove(name);
        foreach (var setting in caller.Application.Settings)
        {
            foreach (var name in setting.Formerly.Insert(0, setting.Name))
            {
                variables.Remove(name);
                variables.Remove(name + "_FILE");
            }
        }
        foreach (var name in SourcesOfSecrets(caller))
            variables.Remove(name);
        foreach (var setting in caller.Settings.All)
        {
            if (setting.Value is { } value)
                variables[setting.Setting.Name] = value;
        }
        variables["SLIPWAY_ENVIRONMENT"] = caller.Application.Environment.ToString();
        return variables;
    }

    // What a store of variables holds is given under the settings' names, to those that see them.
    private static IEnumerable<string> SourcesOfSecrets(CallerSettings caller)
    {
        var references = caller.Settings.All.Select(setting => setting.Reference)
            .Concat(caller.Application.Settings.Select(setting => SecretReference.TryParse(setting.Value, out var reference) ? reference : null));
        foreach (var reference in references)
        {
            if (reference is null)
                continue;
            var declared = caller.Application.SecretStores.FirstOrDefault(store => store.Name == reference.Store);
            if (declared is { Kind: SecretStoreKind.Environment } || (declared is null && reference.Store == SecretStoreDeclaration.Environment))
                yield return declared?.Prefix + reference.Name;
        }
    }
}
