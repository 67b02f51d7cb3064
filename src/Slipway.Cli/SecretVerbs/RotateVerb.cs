using System.CommandLine;
using System.Text.Json;
using Slipway.Cli.Connection;
using Slipway.Cli.Following;
using Slipway.Cli.Homes;
using Slipway.Cli.Invoking;
using Slipway.Cli.Output;
using Slipway.Core.Api;
using Slipway.Core.Manifests;

namespace Slipway.Cli.SecretVerbs;

/// <summary><c>slipway secrets rotate</c>: renews a secret without a change of code and without a refused request.</summary>
internal static class RotateVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make()
    {
        var command = new Command("rotate", "Renew a secret: make a new one, bring it to every instance, take the old one out of use.");
        var name = new Argument<string>("NAME") { Description = "The setting, such as API__KEY; it declares a rotation." };
        var now = new Option<bool>("--now") { Description = "Wait for no guard and no overlap, as for a secret that has leaked. Hurries one under way." };
        var reason = new Option<string?>("--reason") { Description = "Why, for the audit log.", HelpName = "TEXT" };
        var wait = new Option<string>("--wait") { Description = "Follow until every instance uses the new one, until the old one is out of use, or not at all.", DefaultValueFactory = _ => "switched", HelpName = "switched|done|none" };
        wait.AcceptOnlyFromAmong("switched", "done", "none");
        var abort = new Option<bool>("--abort") { Description = "Take the one under way back, as long as not every instance uses the new one." };
        command.Arguments.Add(name);
        command.Options.Add(now);
        command.Options.Add(reason);
        command.Options.Add(wait);
        command.Options.Add(abort);
        var common = CommonOptions.AddTo(command);
        Examples.Add(
            command,
            "0 the new one is used, or what was asked for is undone; 1 undone, not wholly done or refused; 2 wrong usage or manifest; 3 outcome unknown.",
            "slipway secrets rotate API__KEY -e staging",
            "slipway secrets rotate API__KEY -e production --now --reason \"leaked in a log\"",
            "slipway secrets rotate API__DATABASE -e production --wait done",
            "slipway secrets rotate API__KEY -e staging --abort");
        command.SetAction((result, cancel) =>
        {
            var (calls, environment, json) = (common.ControlPlane(result), common.EnvironmentOrLocal(result), common.Json(result));
            if (result.GetValue(abort))
                return Abort(calls, environment, result.GetValue(name)!, result.GetValue(reason), result.GetValue(wait) != "none", json, cancel);
            var manifest = ManifestFile.Require(common.File(result));
            var request = new RotateRequest
            {
                ManifestPath = manifest,
                Variables = CallerVariables.For(manifest, environment),
                Setting = result.GetValue(name)!,
                Now = result.GetValue(now),
                Reason = result.GetValue(reason),
                Path = CallerVariables.Path,
            };
            return Rotate(calls, environment, request, result.GetValue(wait)!, json, cancel);
        });
        return command;
    }

    private static async Task<int> Rotate(ControlPlaneCalls calls, EnvironmentName environment, RotateRequest request, string wait, bool json, CancellationToken cancel)
    {
        var answer = await calls.Post(Paths.Of(ApiRoutes.Rotations, environment), request, ApiJson.Default.RotateRequest, ApiJson.Default.RotateAnswer, cancel);
        if (!json)
            StandardStreams.Line(answer.Message);
        if (wait != "none")
            return await new RotationFollowing(calls, json).Run(answer.Rotation, toSwitch: wait == "switched", aborted: false, cancel);
        StandardStreams.Line(json ? JsonSerializer.SerializeToUtf8Bytes(answer, ApiJson.Default.RotateAnswer) : "It goes on by itself. See: slipway status"u8.ToArray());
        return ExitCodes.Done;
    }

    private static async Task<int> Abort(ControlPlaneCalls calls, EnvironmentName environment, string setting, string? reason, bool follow, bool json, CancellationToken cancel)
    {
        var all = await calls.Get(Paths.Of(ApiRoutes.Rotations, environment), ApiJson.Default.IReadOnlyListRotationView, cancel);
        var rotation = all.FirstOrDefault(one => one.Setting == setting && one.Outcome is null)
            ?? throw new CommandFailure(ExitCodes.No, $"No rotation of {setting} is under way in {environment}.", "See slipway status.");
        var view = await calls.Post(
            Paths.Of(ApiRoutes.RotationAbort, environment, rotation.Id), new SteerRequest(reason), ApiJson.Default.SteerRequest, ApiJson.Default.RotationView, cancel);
        if (follow)
            return await new RotationFollowing(calls, json).Run(view, toSwitch: false, aborted: true, cancel);
        if (json)
            StandardStreams.Line(JsonSerializer.SerializeToUtf8Bytes(view, ApiJson.Default.RotationView));
        else
            StandardStreams.Line($"Rotation {view.Id} is being taken back. See: slipway status");
        return ExitCodes.Done;
    }
}
