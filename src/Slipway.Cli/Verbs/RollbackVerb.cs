using System.CommandLine;
using Slipway.Cli.Connection;
using Slipway.Cli.Following;
using Slipway.Cli.Invoking;
using Slipway.Core.Api;
using Slipway.Core.Manifests;

namespace Slipway.Cli.Verbs;

/// <summary><c>slipway rollback</c>: makes the release before, or a named one, live again.</summary>
internal static class RollbackVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make()
    {
        var command = new Command("rollback", "Make the release before, or a named one, live again, with its settings and secret versions.");
        var environment = new Argument<string?>("ENV") { Description = "The environment.", Arity = ArgumentArity.ZeroOrOne };
        var to = new Option<string?>("--to") { Description = "The release. Default: the one that was live before.", HelpName = "RELEASE" };
        var reason = new Option<string?>("--reason", "-m") { Description = "Why, for the audit log.", HelpName = "TEXT" };
        command.Arguments.Add(environment);
        command.Options.Add(to);
        command.Options.Add(reason);
        var common = CommonOptions.AddTo(command, "the only one there is, else local.");
        Examples.Add(
            command,
            "0 the release is live again; 1 it is not; 2 wrong usage; 3 outcome unknown.",
            "slipway rollback production --reason 'orders are slow'",
            "slipway rollback production --to 3f2a9c1b7d04");
        command.SetAction(async (result, cancel) =>
        {
            var calls = common.ControlPlane(result);
            var named = CommonOptions.ParseEnvironment(result.GetValue(environment)) ?? common.Environment(result);
            var request = new RollbackRequest(ParseRelease(result.GetValue(to)), result.GetValue(reason));
            var where = await EnvironmentChoice.OrOnly(calls, named, cancel);
            var before = await calls.Get(Paths.Of(ApiRoutes.Environment, where), ApiJson.Default.EnvironmentView, cancel);
            var answer = await calls.Post(
                Paths.Of(ApiRoutes.Rollback, where), request, ApiJson.Default.RollbackRequest, ApiJson.Default.DeployAnswer, cancel);
            // A rollout still guarded is undone in place; an earlier release comes by a rollout of its own.
            var inPlace = answer.Rollout is { } rollout && rollout.Id == before.Rollout?.Id;
            return await DeployVerb.Follow(calls, answer, inPlace ? FollowUntil.Undone : FollowUntil.Promoted, common.Json(result), cancel);
        });
        return command;
    }

    private static ReleaseId? ParseRelease(string? text)
    {
        if (text is null)
            return null;
        return ReleaseId.TryParse(text, out var release)
            ? release
            : throw new CommandFailure(ExitCodes.Usage, $"\"{text}\" is no release.", $"Give {ReleaseId.Shape}, as slipway history shows them.");
    }
}
