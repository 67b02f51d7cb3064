using System.CommandLine;
using System.Text.Json;
using Slipway.Cli.Connection;
using Slipway.Cli.Invoking;
using Slipway.Cli.Output;
using Slipway.Core.Api;

namespace Slipway.Cli.Verbs;

/// <summary><c>slipway events</c>: what happened, from the journal.</summary>
internal static class EventsVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make()
    {
        var command = new Command("events", "Show what happened: every record of the journal, oldest first.");
        var after = new Option<long>("--after") { Description = "Only records after this number.", HelpName = "N" };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with new records until Ctrl+C." };
        command.Options.Add(follow);
        command.Options.Add(after);
        var common = CommonOptions.AddTo(command, "all of them.", followTakesF: true);
        Examples.Add(command, "0 shown, or ended by Ctrl+C; 3 no control plane.", "slipway events -f", "slipway events -e production --after 120 --json");
        command.SetAction(async (result, cancel) =>
        {
            var path = Paths.WithQuery(
                ApiRoutes.Events,
                ("after", result.GetValue(after) is > 0 and var number ? number.ToString() : null),
                ("environment", common.Environment(result)?.ToString()),
                ("follow", result.GetValue(follow) ? "true" : "false"));
            await Print(common.ControlPlane(result), path, common.Json(result), withHash: false, cancel);
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>Prints a stream of records, until it ends or is cancelled.</summary>
    public static async Task Print(ControlPlaneCalls calls, string path, bool json, bool withHash, CancellationToken cancel)
    {
        try
        {
            await foreach (var record in calls.Stream(path, ApiJson.Default.EventView, cancel))
            {
                if (json)
                    StandardStreams.Line(JsonSerializer.SerializeToUtf8Bytes(record, ApiJson.Default.EventView));
                else
                    StandardStreams.Line(Line(record, withHash));
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Ctrl+C is how a person ends the following.
        }
    }

    /// <summary>A record as one line.</summary>
    public static string Line(EventView record, bool withHash)
    {
        var place = record.Rollout?.ToString() ?? record.Environment?.ToString() ?? "-";
        var hash = withHash ? $"  {record.Hash}" : "";
        return $"{record.Sequence,6}  {Durations.Stamp(record.At)}  {place,-16}  {record.Kind,-24}  {record.Actor,-12}  {record.What}{hash}";
    }
}
