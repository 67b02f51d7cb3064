using System.CommandLine;
using Slipway.Cli.Connection;
using Slipway.Cli.Following;
using Slipway.Cli.Homes;
using Slipway.Cli.Invoking;
using Slipway.Cli.Output;
using Slipway.Core.Api;

namespace Slipway.Cli.Verbs;

/// <summary><c>slipway up</c>: the application on this machine, for development.</summary>
internal static class UpVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make()
    {
        var command = new Command("up", "Run the application here: start what is needed, deploy to local with hot reload, print the address.");
        var common = CommonOptions.AddTo(command);
        Examples.Add(command, "0 it runs; 1 it did not start well; 2 wrong manifest; 3 something outside failed.", "slipway up", "slipway up -f examples/courier");
        command.SetAction(async (result, cancel) =>
        {
            var manifest = ManifestFile.Require(common.File(result));
            var environment = common.EnvironmentOrLocal(result);
            var json = common.Json(result);
            if (CheckVerb.Faults(manifest, environment.ToString(), json) is { } fault)
                return fault;
            var calls = common.ControlPlane(result);
            var started = await ControlPlaneProcess.EnsureRunning(calls, [], cancel);
            if (started is { } process)
            {
                await File.WriteAllTextAsync(calls.Home.StartedByUpPath, $"{process}\n", cancel);
                if (!json)
                    StandardStreams.Line($"Started the control plane (process {process}, log {calls.Home.ControlLogPath}).");
            }
            var request = new DeployRequest
            {
                ManifestPath = manifest,
                Variables = CallerVariables.For(manifest, environment),
                Development = true,
                Path = CallerVariables.Path,
            };
            var exitCode = await DeployVerb.Run(calls, environment, request, FollowUntil.Promoted, json, cancel);
            if (exitCode == ExitCodes.Done && !json)
                await PrintAddress(calls, environment, cancel);
            return exitCode;
        });
        return command;
    }

    private static async Task PrintAddress(ControlPlaneCalls calls, Core.Manifests.EnvironmentName environment, CancellationToken cancel)
    {
        var view = await calls.Get(Paths.Of(ApiRoutes.Environment, environment), ApiJson.Default.EnvironmentView, cancel);
        StandardStreams.Line(view.Address is null ? "It runs; no service has a route." : $"It runs at {view.Address}");
        StandardStreams.Line("Logs: slipway logs -f    End: slipway down    Delete its local data: slipway reset");
    }
}
