using System.CommandLine;
using System.Text.Json;
using Slipway.Cli.Connection;
using Slipway.Cli.Following;
using Slipway.Cli.Invoking;
using Slipway.Cli.Output;
using Slipway.Core.Api;

namespace Slipway.Cli.Verbs;

/// <summary>What the verbs that steer a rollout under way have in common.</summary>
internal static class Steering
{
    /// <summary>Makes one of them.</summary>
    /// <param name="verb">Its name, also in the API's path.</param>
    /// <param name="description">What it does.</param>
    /// <param name="example">An example beside the plain one.</param>
    public static Command Make(string verb, string description, string example)
    {
        var command = new Command(verb, description);
        var environment = new Argument<string?>("ENV") { Description = "The environment.", Arity = ArgumentArity.ZeroOrOne };
        var reason = new Option<string?>("--reason", "-m") { Description = "Why, for the audit log.", HelpName = "TEXT" };
        command.Arguments.Add(environment);
        command.Options.Add(reason);
        var common = CommonOptions.AddTo(command, "the only one with a rollout under way.");
        Examples.Add(command, "0 done; 1 it does not apply to what is under way; 2 wrong usage; 3 no control plane.", $"slipway {verb}", example);
        command.SetAction(async (result, cancel) =>
        {
            var calls = common.ControlPlane(result);
            var named = CommonOptions.ParseEnvironment(result.GetValue(environment)) ?? common.Environment(result);
            var chosen = await EnvironmentChoice.OrWithRollout(calls, named, cancel);
            var view = await calls.Post(
                Paths.Of(ApiRoutes.Steer, chosen).Replace("{verb}", verb),
                new SteerRequest(result.GetValue(reason)),
                ApiJson.Default.SteerRequest,
                ApiJson.Default.RolloutView,
                cancel);
            if (common.Json(result))
                StandardStreams.Line(JsonSerializer.SerializeToUtf8Bytes(view, ApiJson.Default.RolloutView));
            else if (view.Outcome is not null)
                StandardStreams.Line($"The circuit of {chosen} is closed: deploys are taken again.");
            else
                StandardStreams.Line($"Rollout {view.Id}: {RolloutWords.Now(view, DateTimeOffset.UtcNow)}. Follow it with: slipway show {view.Id} -f");
            return ExitCodes.Done;
        });
        return command;
    }
}
