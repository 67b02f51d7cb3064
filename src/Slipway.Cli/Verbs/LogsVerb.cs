using System.CommandLine;
using System.Text.Json;
using Slipway.Cli.Connection;
using Slipway.Cli.Invoking;
using Slipway.Cli.Output;
using Slipway.Core.Api;

namespace Slipway.Cli.Verbs;

/// <summary><c>slipway logs</c>: what the instances write.</summary>
internal static class LogsVerb
{
    private static readonly string[] s_colours = ["36", "33", "32", "35", "34", "96", "93", "92", "95", "94"];

    /// <summary>The verb's command.</summary>
    public static Command Make()
    {
        var command = new Command("logs", "Show what the instances wrote, each line with its instance.");
        var service = new Argument<string?>("SERVICE") { Description = "One service only.", Arity = ArgumentArity.ZeroOrOne };
        var instance = new Option<string?>("--instance") { Description = "One instance only.", HelpName = "ID" };
        var release = new Option<string?>("--release") { Description = "One release only.", HelpName = "ID" };
        var tail = new Option<int>("--tail", "-n") { Description = "How many of each instance's last lines.", DefaultValueFactory = _ => 50, HelpName = "N" };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with new lines until Ctrl+C." };
        command.Arguments.Add(service);
        command.Options.Add(follow);
        command.Options.Add(tail);
        command.Options.Add(instance);
        command.Options.Add(release);
        var common = CommonOptions.AddTo(command, "the only one there is, else local.", followTakesF: true);
        Examples.Add(command, "0 shown, or ended by Ctrl+C; 2 no such environment; 3 no control plane.",
            "slipway logs -f", "slipway logs api -e production --tail 200", "slipway logs -f --json");
        command.SetAction(async (result, cancel) =>
        {
            var calls = common.ControlPlane(result);
            var environment = await EnvironmentChoice.OrOnly(calls, common.Environment(result), cancel);
            var path = Paths.WithQuery(
                Paths.Of(ApiRoutes.Logs, environment),
                ("service", result.GetValue(service)),
                ("instance", result.GetValue(instance)),
                ("release", result.GetValue(release)),
                ("tail", result.GetValue(tail).ToString()),
                ("follow", result.GetValue(follow) ? "true" : "false"));
            return await Run(calls, path, common.Json(result), cancel);
        });
        return command;
    }

    /// <summary>A line with its instance before it, in the colour of its service.</summary>
    public static string Prefixed(LogLineView line, bool colour)
    {
        var instance = line.Instance.ToString();
        var mark = line.Error ? '!' : '|';
        return colour
            ? $"\e[{s_colours[ColourOf(instance)]}m{instance} {mark}\e[0m {line.Text}"
            : $"{instance} {mark} {line.Text}";
    }

    private static async Task<int> Run(ControlPlaneCalls calls, string path, bool json, CancellationToken cancel)
    {
        var colour = !json && Terminal.HasColour;
        try
        {
            await foreach (var line in calls.Stream(path, ApiJson.Default.LogLineView, cancel))
            {
                if (json)
                    StandardStreams.Line(JsonSerializer.SerializeToUtf8Bytes(line, ApiJson.Default.LogLineView));
                else
                    StandardStreams.Line(Prefixed(line, colour));
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Ctrl+C is how a person ends the following.
        }
        return ExitCodes.Done;
    }

    /// <summary>An instance is named service, release, number: the service alone decides, so that its instances share a colour.</summary>
    private static int ColourOf(string instance)
    {
        var end = instance.LastIndexOf('-');
        end = end > 0 ? instance.LastIndexOf('-', end - 1) : -1;
        var hash = 0;
        foreach (var c in end > 0 ? instance[..end] : instance)
            hash = unchecked((hash * 31) + c);
        return (hash & int.MaxValue) % s_colours.Length;
    }
}
