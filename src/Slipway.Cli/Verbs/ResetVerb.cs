using System.CommandLine;
using Slipway.Cli.Invoking;
using Slipway.Cli.Output;

namespace Slipway.Cli.Verbs;

/// <summary><c>slipway reset</c>: deletes the local data of an environment, and nothing else.</summary>
internal static class ResetVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make()
    {
        var command = new Command("reset", "End an environment and delete its instances' working folders and logs. Nothing else is touched.");
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask first." };
        command.Options.Add(yes);
        var common = CommonOptions.AddTo(command);
        Examples.Add(command, "0 deleted; 1 not confirmed; 2 wrong usage; 3 something outside failed.", "slipway reset", "slipway reset -e ci --yes");
        command.SetAction((result, cancel) =>
        {
            var calls = common.ControlPlane(result);
            var environment = common.EnvironmentOrLocal(result);
            if (!result.GetValue(yes))
            {
                if (!Terminal.CanAsk)
                    throw new CommandFailure(ExitCodes.Usage, "There is no terminal to ask on.", "Say --yes to delete without asking.");
                StandardStreams.Text($"Delete the local data of {environment} in {calls.Home.Path} (working folders, logs and data of its instances)? [y/N] ");
                if (Console.ReadLine()?.Trim() is not ("y" or "Y" or "yes"))
                {
                    StandardStreams.Line("Nothing was deleted.");
                    return Task.FromResult(ExitCodes.No);
                }
            }
            return DownVerb.Run(calls, environment, reset: true, common.Json(result), cancel);
        });
        return command;
    }
}
