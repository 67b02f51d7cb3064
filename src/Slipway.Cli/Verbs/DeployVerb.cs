using System.CommandLine;
using System.Text.Json;
using Slipway.Cli.Connection;
using Slipway.Cli.Following;
using Slipway.Cli.Homes;
using Slipway.Cli.Invoking;
using Slipway.Cli.Output;
using Slipway.Core.Api;
using Slipway.Core.Manifests;

namespace Slipway.Cli.Verbs;

/// <summary><c>slipway deploy</c>: makes what the manifest's folder holds live in an environment.</summary>
internal static class DeployVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make()
    {
        var command = new Command("deploy", "Release what this folder holds, and follow the rollout.");
        var environment = new Argument<string?>("ENV") { Description = "The environment.", Arity = ArgumentArity.ZeroOrOne };
        var strategy = new Option<string?>("--strategy") { Description = "Another strategy than the manifest's.", HelpName = "S" };
        strategy.AcceptOnlyFromAmong("rolling", "blue-green", "canary", "recreate");
        var version = new Option<string?>("--version") { Description = "Another version than the manifest's.", HelpName = "V" };
        var queue = new Option<bool>("--queue") { Description = "Wait in line behind a rollout under way, instead of being refused." };
        var incompatible = new Option<bool>("--incompatible") { Description = "Its migration leaves data that no release before can work with: ask for approval, allow no way back." };
        var wait = new Option<string>("--wait") { Description = "Follow until it is promoted, until the guard has settled, or not at all.", DefaultValueFactory = _ => "promoted", HelpName = "promoted|settled|none" };
        wait.AcceptOnlyFromAmong("promoted", "settled", "none");
        command.Arguments.Add(environment);
        command.Options.Add(strategy);
        command.Options.Add(version);
        command.Options.Add(incompatible);
        command.Options.Add(queue);
        command.Options.Add(wait);
        var common = CommonOptions.AddTo(command, "none: name one.");
        Examples.Add(
            command,
            "0 promoted; 1 rolled back, aborted, failed or refused; 2 wrong usage or manifest; 3 outcome unknown.",
            "slipway deploy staging",
            "slipway deploy production --strategy canary --wait settled",
            "slipway deploy ci --version 1.4.1 --json");
        command.SetAction((result, cancel) =>
        {
            var named = CommonOptions.ParseEnvironment(result.GetValue(environment)) ?? common.Environment(result)
                ?? throw new CommandFailure(ExitCodes.Usage, "Which environment is missing.", "Name one, such as: slipway deploy staging");
            var manifest = ManifestFile.Require(common.File(result));
            var request = new DeployRequest
            {
                ManifestPath = manifest,
                Variables = CallerVariables.For(manifest, named),
                Strategy = ParseStrategy(result.GetValue(strategy)),
                Version = result.GetValue(version),
                Incompatible = result.GetValue(incompatible),
                Queue = result.GetValue(queue),
                Path = CallerVariables.Path,
            };
            return Run(common.ControlPlane(result), named, request, Until(result.GetValue(wait)), common.Json(result), cancel);
        });
        return command;
    }

    /// <summary>Sends the request and follows what comes of it.</summary>
    public static async Task<int> Run(
        ControlPlaneCalls calls, EnvironmentName environment, DeployRequest request, FollowUntil until, bool json, CancellationToken cancel)
    {
        var answer = await calls.Post(
            Paths.Of(ApiRoutes.Deploy, environment), request, ApiJson.Default.DeployRequest, ApiJson.Default.DeployAnswer, cancel);
        return await Follow(calls, answer, until, json, cancel);
    }

    /// <summary>Says what was decided and follows the rollout, if there is one.</summary>
    public static async Task<int> Follow(
        ControlPlaneCalls calls, DeployAnswer answer, FollowUntil until, bool json, CancellationToken cancel)
    {
        if (json && (answer.Rollout is null || until == FollowUntil.None))
            StandardStreams.Line(JsonSerializer.SerializeToUtf8Bytes(answer, ApiJson.Default.DeployAnswer));
        else if (!json)
            StandardStreams.Line(answer.Message);
        if (answer.Rollout is not { } rollout)
            return ExitCodes.Done;
        if (until == FollowUntil.None)
        {
            if (!json)
                StandardStreams.Line($"Follow it with: slipway show {rollout.Id} -f");
            return ExitCodes.Done;
        }
        return await new RolloutFollowing(calls, json).Run(rollout.Id, until, cancel);
    }

    private static FollowUntil Until(string? text) => text switch
    {
        "settled" => FollowUntil.Settled,
        "none" => FollowUntil.None,
        _ => FollowUntil.Promoted,
    };

    private static Strategy? ParseStrategy(string? text) => text switch
    {
        null => null,
        "blue-green" => Strategy.BlueGreen,
        "canary" => Strategy.Canary,
        "recreate" => Strategy.Recreate,
        _ => Strategy.Rolling,
    };
}
