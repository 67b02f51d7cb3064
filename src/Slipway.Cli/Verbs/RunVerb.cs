using System.CommandLine;
using Slipway.Cli.Homes;
using Slipway.Cli.Invoking;
using Slipway.Cli.Output;
using Slipway.Cli.Settings;
using Slipway.Core.Manifests;

namespace Slipway.Cli.Verbs;

/// <summary><c>slipway run</c>: checks the settings, then puts a command in this process's place with exactly those.</summary>
internal static class RunVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make()
    {
        var command = new Command("run", "Check the settings, then run a command with exactly those. No control plane is needed.");
        var service = new Option<string?>("--service") { Description = "Check and give it what this service sees, and nothing else. Default: all settings.", HelpName = "NAME" };
        var words = new Argument<string[]>("CMD") { Description = "The command and its arguments, after --.", Arity = ArgumentArity.OneOrMore };
        command.Options.Add(service);
        var common = CommonOptions.AddTo(command);
        command.Arguments.Add(words);
        Examples.Add(
            command,
            "that of the command; 1 a setting is missing or wrong; 2 wrong usage or manifest; 126 it may not be run; 127 there is none.",
            "slipway run -- dotnet ef database update",
            "slipway run -e production --service api -- ./Shop.Api");
        command.SetAction((result, cancel) => Run(
            ManifestFile.Require(common.File(result)), common.EnvironmentOrLocal(result), result.GetValue(service), common.Home(result), result.GetValue(words)!, cancel));
        return command;
    }

    /// <summary>Runs the verb without the parser when every argument before <c>--</c> is one that it knows; null when the parser must look.</summary>
    public static int? TryRunPlain(string[] args)
    {
        var end = Array.IndexOf(args, "--");
        if (end < 0 || end == args.Length - 1)
            return null;
        string? file = null, environment = null, service = null;
        for (var i = 1; i < end; i += 2)
        {
            if (i + 1 >= end || args[i + 1].StartsWith('-'))
                return null;
            switch (args[i])
            {
                case "-f" or "--file" when file is null:
                    file = args[i + 1];
                    break;
                case "-e" or "--env" when environment is null:
                    environment = args[i + 1];
                    break;
                case "--service" when service is null:
                    service = args[i + 1];
                    break;
                default:
                    return null;
            }
        }
        if (ManifestFile.Find(file) is not { } path || !File.Exists(path) || !EnvironmentName.TryParse(environment ?? "local", out var name) || HomeFolder.Find(null, path) is not { } home)
            return null;
        // Nothing is begun that an interruption would have to tidy up: it may end us at once.
        return VerbRun.Guard(cancel => Run(path, name, service, home, args[(end + 1)..], cancel), CancellationToken.None);
    }

    private static async Task<int> Run(
        string path, EnvironmentName environment, string? service, HomeFolder home, string[] words, CancellationToken cancel)
    {
        var faults = new List<Diagnostic>();
        var caller = CallerSettings.Require(path, environment, faults, service);
        if (caller.Settings.IsUsable)
        {
            faults.RemoveAll(caller.Settings.Faults.Contains);
            caller = await caller.WithSecrets(home, cancel);
            faults.AddRange(caller.Settings.Faults);
        }
        if (faults.Exists(fault => fault.Severity == Severity.Error))
            throw new CommandFailure(ExitCodes.No, $"{words[0]} was not started: settings are missing or wrong.", "Correct what stands above.") { Faults = [.. faults.Select(fault => fault.ToString())] };
        foreach (var fault in faults)
            StandardStreams.ErrorLine(fault.ToString());
        return ProgramStart.Replace(words, CommandVariables.Of(caller));
    }
}
