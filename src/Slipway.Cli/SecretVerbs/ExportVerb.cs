using System.CommandLine;
using Slipway.Cli.Invoking;
using Slipway.Cli.Output;
using Slipway.Core.Settings;

namespace Slipway.Cli.SecretVerbs;

/// <summary><c>slipway secrets export</c>: the secrets of an environment in the clear, as a <c>.env</c> file.</summary>
internal static class ExportVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make()
    {
        var command = new Command("export", "Print the latest secrets of an environment in the clear, as a .env file; never to a terminal.");
        var reveal = new Option<bool>("--reveal") { Description = "Say that you mean it; required." };
        var store = SecretPlace.Option();
        command.Options.Add(reveal);
        command.Options.Add(store);
        var common = CommonOptions.AddTo(command);
        Examples.Add(
            command, "0 printed; 2 wrong usage or manifest; 3 the store cannot be used.",
            "slipway secrets export -e staging --reveal | ssh backup 'umask 077; cat > staging.env'");
        command.SetAction(async (result, cancel) =>
        {
            if (!result.GetValue(reveal))
                throw new CommandFailure(ExitCodes.Usage, "Secrets would be printed in the clear.", "Say that you mean it with --reveal, and send the output where only you can read it.");
            if (!Console.IsOutputRedirected)
                throw new CommandFailure(ExitCodes.Usage, "Secrets are not printed to a terminal, which keeps what it shows.", "Send the output to a file that only you can read, or through a pipe.");
            using var place = SecretPlace.Of(result, common, store);
            var prefix = place.Store.KeepsVersions ? $"{place.Application.Environment}/" : "";
            var secrets = new List<(SecretVersion Version, string Value)>();
            foreach (var name in (await place.Store.List(prefix, cancel)).Select(entry => entry.Version.Name).Distinct(StringComparer.Ordinal))
            {
                if (await place.Store.Latest(name, cancel) is { } version)
                    secrets.Add((version, await place.Store.Read(version, cancel)));
            }
            if (common.Json(result))
                StandardStreams.Line(SecretJson.Of(secrets));
            else
                Print(secrets, prefix);
            return ExitCodes.Done;
        });
        return command;
    }

    // A line that no reader of such files takes would cost whoever imports it all others.
    private static void Print(List<(SecretVersion Version, string Value)> secrets, string prefix)
    {
        foreach (var (version, value) in secrets)
        {
            var name = version.Name[prefix.Length..];
            if (DotEnvFile.IsName(name))
                StandardStreams.Line($"{name}={DotEnvFile.Quote(value)}");
            else
                StandardStreams.ErrorLine($"{version} has no variable's name and was left out; get it with --json.");
        }
    }
}
