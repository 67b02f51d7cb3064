using System.CommandLine;
using System.Text.Json;
using Slipway.Cli.Connection;
using Slipway.Cli.Following;
using Slipway.Cli.Invoking;
using Slipway.Cli.Output;
using Slipway.Core.Api;
using Slipway.Core.Manifests;

namespace Slipway.Cli.Verbs;

/// <summary><c>slipway history</c>: the rollouts of an environment.</summary>
internal static class HistoryVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make()
    {
        var command = new Command("history", "List an environment's rollouts, newest first.");
        var limit = new Option<int>("--limit", "-n") { Description = "How many at most.", DefaultValueFactory = _ => 20, HelpName = "N" };
        command.Options.Add(limit);
        var common = CommonOptions.AddTo(command, "the only one there is, else local.");
        Examples.Add(command, "0 shown; 2 no such environment; 3 no control plane.", "slipway history -e production", "slipway history -n 5 --json");
        command.SetAction(async (result, cancel) =>
        {
            var calls = common.ControlPlane(result);
            var environment = await EnvironmentChoice.OrOnly(calls, common.Environment(result), cancel);
            var path = Paths.WithQuery(Paths.Of(ApiRoutes.History, environment), ("limit", result.GetValue(limit).ToString()));
            var rollouts = await calls.Get(path, ApiJson.Default.IReadOnlyListRolloutView, cancel);
            if (common.Json(result))
                StandardStreams.Line(JsonSerializer.SerializeToUtf8Bytes(rollouts, ApiJson.Default.IReadOnlyListRolloutView));
            else if (rollouts.Count == 0)
                StandardStreams.Line($"There was no rollout in {environment} yet.");
            else
                await Show(calls, rollouts, environment, cancel);
            return ExitCodes.Done;
        });
        return command;
    }

    private static async Task Show(ControlPlaneCalls calls, IReadOnlyList<RolloutView> rollouts, EnvironmentName environment, CancellationToken cancel)
    {
        TableWriter.Show(Table(rollouts));
        var view = await calls.Get(Paths.Of(ApiRoutes.Environment, environment), ApiJson.Default.EnvironmentView, cancel);
        if (view.Circuit is not null && view.Alarms?.FirstOrDefault(one => one.Kind == "circuit-open") is { } open)
            StandardStreams.Line($"The circuit is open since {Durations.Stamp(open.Since)}: {open.Text} {open.Remedy}");
    }

    /// <summary>The rollouts as a table.</summary>
    public static TextTable Table(IReadOnlyList<RolloutView> rollouts)
    {
        var table = new TextTable("rollout", "asked for", "by", "strategy", "release", "version", "outcome", ">took", "reason");
        foreach (var rollout in rollouts)
        {
            table.Add(
                rollout.Id.ToString(),
                Durations.Stamp(rollout.RequestedAt),
                rollout.Actor,
                RolloutWords.Name(rollout.Strategy),
                rollout.Candidate?.Id.ToString(),
                rollout.Candidate?.Version,
                rollout.Outcome ?? rollout.Phase,
                rollout.EndedAt is { } ended ? Durations.Text(ended - rollout.RequestedAt) : null,
                rollout.Failure?.Reason);
        }
        return table;
    }
}
