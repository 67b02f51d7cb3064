using System.CommandLine;
using Slipway.Cli.Demonstration;
using Slipway.Cli.Homes;
using Slipway.Cli.Invoking;

namespace Slipway.Cli.Verbs;

/// <summary><c>slipway demo</c>: the guided first run.</summary>
internal static class DemoVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make()
    {
        var command = new Command("demo", "See it: a good release promoted and a bad one undone, under live traffic, in a folder of its own.");
        var app = new Option<string?>("--app") { Description = "The application's folder. Default: examples/courier beside slipway.", HelpName = "DIR" };
        var keep = new Option<bool>("--keep") { Description = "Keep the demo's folder with its logs and its journal." };
        var fresh = new Option<bool>("--fresh") { Description = "Build everything anew, instead of using what the last demo built." };
        var json = new Option<bool>("--json") { Description = "Print JSON for machines: one object a line." };
        command.Options.Add(app);
        command.Options.Add(keep);
        command.Options.Add(fresh);
        command.Options.Add(json);
        Examples.Add(command, "0 everything went as it must; 1 something fell short; 3 something outside failed.", "slipway demo", "slipway demo --json", "slipway demo --keep");
        command.SetAction(async (result, cancel) =>
        {
            var folder = Path.GetFullPath(result.GetValue(app) ?? Path.Combine(AppContext.BaseDirectory, "examples", "courier"));
            if (!File.Exists(Path.Combine(folder, ManifestFile.Name)))
                throw new CommandFailure(ExitCodes.Usage, $"There is no {ManifestFile.Name} in {folder}.", "Name the example's folder with --app.");
            var printer = new DemoPrinter(result.GetValue(json));
            await using var stage = new DemoStage(folder, result.GetValue(keep), result.GetValue(fresh), printer);
            return await new Demo(stage, printer).Run(cancel);
        });
        return command;
    }
}
