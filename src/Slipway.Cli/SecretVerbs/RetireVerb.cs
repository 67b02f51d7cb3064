using System.CommandLine;
using Slipway.Cli.Invoking;
using Slipway.Cli.Output;

namespace Slipway.Cli.SecretVerbs;

/// <summary><c>slipway secrets retire</c>: takes a version out of use for good.</summary>
internal static class RetireVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make()
    {
        var command = new Command("retire", "Take a version out of use for good: nothing reads it any more, and no release that needs it can be restored.");
        var name = new Argument<string>("NAME#VERSION") { Description = "The version, such as API__KEY#2." };
        var store = SecretPlace.Option();
        command.Arguments.Add(name);
        command.Options.Add(store);
        var common = CommonOptions.AddTo(command);
        Examples.Add(command, "0 retired; 1 there is none; 2 wrong usage or manifest; 3 the store cannot be used.", "slipway secrets retire API__KEY#2 -e production");
        command.SetAction(async (result, cancel) =>
        {
            using var place = SecretPlace.Of(result, common, store);
            var asked = result.GetValue(name)!;
            if (!asked.Contains('#', StringComparison.Ordinal))
                throw new CommandFailure(ExitCodes.Usage, "Which version is to be retired is not said.", $"Write it as {asked}#2; slipway secrets list shows them.");
            var version = await place.Version(asked, cancel);
            await place.Store.Retire(version, CallerVariables.User, cancel);
            if (common.Json(result))
                StandardStreams.Line(SecretJson.Of(version));
            else
                StandardStreams.Line($"Retired {version}.");
            return ExitCodes.Done;
        });
        return command;
    }
}
