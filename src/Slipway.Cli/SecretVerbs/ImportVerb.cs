using System.CommandLine;
using Slipway.Cli.Invoking;
using Slipway.Cli.Output;
using Slipway.Core.Manifests;
using Slipway.Core.Settings;

namespace Slipway.Cli.SecretVerbs;

/// <summary><c>slipway secrets import</c>: takes the secrets of a <c>.env</c> file into a store.</summary>
internal static class ImportVerb
{
    private const int FileBytesMax = 1 << 20;

    /// <summary>The verb's command.</summary>
    public static Command Make()
    {
        var command = new Command("import", "Take the secrets of a .env file into a store; lines that set no declared secret are named and left alone.");
        var file = new Argument<string>("FILE") { Description = "The file; - for standard input." };
        var store = SecretPlace.Option();
        command.Arguments.Add(file);
        command.Options.Add(store);
        var common = CommonOptions.AddTo(command);
        Examples.Add(
            command, "0 taken; 1 a line or a value is wrong, nothing was taken; 2 wrong usage or manifest; 3 the store cannot be used.",
            "slipway secrets import .env.production -e production");
        command.SetAction(async (result, cancel) =>
        {
            using var place = SecretPlace.Of(result, common, store);
            var path = result.GetValue(file)!;
            var faults = new List<Diagnostic>();
            var read = DotEnvFile.Read(path == "-" ? "standard input" : path, await SecretValue.ReadText(path == "-" ? null : path, FileBytesMax, cancel), faults);
            var secrets = place.Application.Settings.Where(setting => setting.Secret && read.Entries.ContainsKey(setting.Name)).ToList();
            foreach (var setting in secrets)
            {
                if (Shape(setting, read.Entries[setting.Name].Value) is { } shape)
                    faults.Add(new(FaultCode.SettingType, Severity.Error, read.Entries[setting.Name].At, $"The value of {setting.Name} must be {shape}.", "Correct it."));
            }
            if (faults.Exists(fault => fault.Severity == Severity.Error))
                throw new CommandFailure(ExitCodes.No, "Nothing was taken.", "Correct what stands above.") { Faults = [.. faults.Select(fault => fault.ToString())] };
            foreach (var fault in faults)
                StandardStreams.ErrorLine(fault.ToString());
            var kept = new List<SecretVersion>();
            foreach (var setting in secrets)
                kept.Add(await place.Store.Keep(place.FullName(setting.Name), read.Entries[setting.Name].Value, CallerVariables.User, cancel));
            if (common.Json(result))
                StandardStreams.Line(SecretJson.Of(kept));
            else
                kept.ForEach(version => StandardStreams.Line($"Kept as {version}."));
            foreach (var entry in read.Entries.Values.Where(entry => !secrets.Exists(setting => setting.Name == entry.Name)))
                StandardStreams.ErrorLine($"{entry.At}: {entry.Name} is no declared secret and was left alone.");
            return ExitCodes.Done;
        });
        return command;
    }

    private static string? Shape(Setting setting, string value)
        => value.Length == 0 ? "given: an empty one counts as none" : SettingsResolver.ValueFault(setting, value);
}
