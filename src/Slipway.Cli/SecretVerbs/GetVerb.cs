using System.CommandLine;
using Slipway.Cli.Invoking;
using Slipway.Cli.Output;

namespace Slipway.Cli.SecretVerbs;

/// <summary><c>slipway secrets get</c>: a version of a secret, its value only when that is asked for.</summary>
internal static class GetVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make()
    {
        var command = new Command("get", "Show a secret's version; with --reveal print its value and nothing else.");
        var name = new Argument<string>("NAME") { Description = "The secret: NAME, or NAME#2 for its second version." };
        var reveal = new Option<bool>("--reveal") { Description = "Print the value." };
        var store = SecretPlace.Option();
        command.Arguments.Add(name);
        command.Options.Add(reveal);
        command.Options.Add(store);
        var common = CommonOptions.AddTo(command);
        Examples.Add(
            command,
            "0 shown; 1 there is none; 2 wrong usage or manifest; 3 the store cannot be used.",
            "slipway secrets get API__KEY -e production",
            "slipway secrets get API__KEY#2 -e production --reveal | pbcopy");
        command.SetAction(async (result, cancel) =>
        {
            using var place = SecretPlace.Of(result, common, store);
            var version = await place.Version(result.GetValue(name)!, cancel);
            var value = await place.Store.Read(version, cancel);
            if (common.Json(result))
                StandardStreams.Line(SecretJson.Of(version, result.GetValue(reveal) ? value : null));
            else
                StandardStreams.Line(result.GetValue(reveal) ? value : $"{version} ********");
            return ExitCodes.Done;
        });
        return command;
    }
}
