using System.CommandLine;
using Slipway.Cli.Invoking;
using Slipway.Cli.Output;
using Slipway.Core.Manifests;
using Slipway.Core.Settings;
using Slipway.Secrets;

namespace Slipway.Cli.SecretVerbs;

/// <summary><c>slipway secrets set</c>: a new version of a secret.</summary>
internal static class SetVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make()
    {
        var command = new Command("set", "Keep a new version of a secret; its value comes from a pipe, a file or a question, never from the command line.");
        var name = new Argument<string>("NAME") { Description = "The secret: a setting's name, or a path such as shared/KEY." };
        var file = new Option<string?>("--from") { Description = "Read the value from a file.", HelpName = "FILE" };
        var generate = new Option<bool>("--generate") { Description = "Make a random value; for a setting with signing keys, a new set." };
        var store = SecretPlace.Option();
        command.Arguments.Add(name);
        command.Options.Add(file);
        command.Options.Add(generate);
        command.Options.Add(store);
        var common = CommonOptions.AddTo(command);
        Examples.Add(
            command,
            "0 kept; 1 the value is not of the setting's type; 2 wrong usage or manifest; 3 the store cannot be used.",
            "slipway secrets set API__KEY -e production",
            "slipway secrets set API__KEY -e production --from key.txt",
            "slipway secrets set API__SESSION_KEY -e staging --generate");
        command.SetAction(async (result, cancel) =>
        {
            using var place = SecretPlace.Of(result, common, store);
            var asked = result.GetValue(name)!;
            var secret = place.FullName(asked);
            var setting = place.Application.Settings.FirstOrDefault(one => place.FullName(one.Name) == secret);
            var value = result.GetValue(generate) && setting?.Type == SettingType.Jwks
                ? SigningKeys.NewSet(setting.Rotation?.Algorithm ?? "ES256") : await SecretValue.Read(secret, result.GetValue(file), result.GetValue(generate), cancel);
            if (setting is not null && SettingsResolver.ValueFault(setting, value) is { } shape)
                throw new CommandFailure(ExitCodes.No, $"The value of {secret} must be {shape}. Nothing was kept.", "Give one of its type.");
            var version = await place.Store.Keep(secret, value, CallerVariables.User, cancel);
            if (common.Json(result))
                StandardStreams.Line(SecretJson.Of(version));
            else
                StandardStreams.Line($"Kept as {version}.");
            if (Advice(place.Application, setting, asked, version) is { } advice)
                StandardStreams.ErrorLine(advice);
            return ExitCodes.Done;
        });
        return command;
    }

    // A secret that nothing refers to is the commonest mistake of a first time.
    private static string? Advice(Application application, Setting? setting, string name, SecretVersion version)
    {
        if (setting is null)
        {
            return Nearest.To(name, application.Settings.Where(one => one.Secret).Select(one => one.Name).ToList()) is { } near
                ? $"No setting is called {name}. Did you mean {near}? Then set that, and retire this one: slipway secrets retire {name}#{version.Version} -e {application.Environment}" : null;
        }
        if (!setting.Secret)
            return $"{name} is not declared as a secret: declare it with secret: true.";
        if (setting.Value is not { } value || !SecretReference.TryParse(value, out var reference) || reference.In(application.Environment, application.SecretStores).Name != version.Name)
            return $"Nothing refers to it yet. Write in the manifest, at {name}: store: {version.Store}";
        return $"It goes live with the next deploy: slipway deploy {application.Environment}";
    }
}
