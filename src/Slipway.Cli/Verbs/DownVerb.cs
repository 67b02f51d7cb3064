using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Slipway.Cli.Connection;
using Slipway.Cli.Homes;
using Slipway.Cli.Invoking;
using Slipway.Cli.Output;
using Slipway.Core.Api;
using Slipway.Core.Manifests;

namespace Slipway.Cli.Verbs;

/// <summary><c>slipway down</c>: ends what <c>up</c> started.</summary>
internal static class DownVerb
{
    private static readonly TimeSpan s_endDeadline = TimeSpan.FromSeconds(20);

    /// <summary>The verb's command.</summary>
    public static Command Make()
    {
        var command = new Command("down", "End an environment's instances and gateway, and the control plane when up started it and nothing else runs.");
        var common = CommonOptions.AddTo(command);
        Examples.Add(command, "0 everything has ended; 1 refused; 2 wrong usage; 3 something outside failed.", "slipway down", "slipway down -e ci");
        command.SetAction((result, cancel) => Run(common.ControlPlane(result), common.EnvironmentOrLocal(result), reset: false, common.Json(result), cancel));
        return command;
    }

    /// <summary>Ends an environment and, when asked, deletes its local data.</summary>
    public static async Task<int> Run(ControlPlaneCalls calls, EnvironmentName environment, bool reset, bool json, CancellationToken cancel)
    {
        if (!Directory.Exists(calls.Home.Path))
        {
            if (!json)
                StandardStreams.Line($"Nothing runs: there is no home {calls.Home.Path}.");
            return ExitCodes.Done;
        }
        // Instances outlive a control plane that was killed; only a new one can adopt and end them.
        if (await ControlPlaneProcess.EnsureRunning(calls, [], cancel) is { } process)
            await File.WriteAllTextAsync(calls.Home.StartedByUpPath, $"{process}\n", cancel);
        var view = await calls.Post(
            Paths.Of(ApiRoutes.Down, environment), new DownRequest(reset), ApiJson.Default.DownRequest, ApiJson.Default.EnvironmentView, cancel);
        var ended = await EndControlPlane(calls, cancel);
        if (json)
        {
            StandardStreams.Line(JsonSerializer.SerializeToUtf8Bytes(view, ApiJson.Default.EnvironmentView));
            return ExitCodes.Done;
        }
        StandardStreams.Line($"{view.Application} in {environment} has ended{(reset ? "; its local data is deleted" : "")}.");
        if (ended)
            StandardStreams.Line("The control plane has ended too.");
        return ExitCodes.Done;
    }

    /// <summary>Ends the control plane when <c>up</c> started it and nothing else runs; whether it did.</summary>
    private static async Task<bool> EndControlPlane(ControlPlaneCalls calls, CancellationToken cancel)
    {
        if (!File.Exists(calls.Home.StartedByUpPath))
            return false;
        var all = await EnvironmentChoice.All(calls, cancel);
        if (all.Any(view => view.Instances.Count > 0 || view.State != "idle"))
            return false;
        await ShutDown(calls, cancel);
        File.Delete(calls.Home.StartedByUpPath);
        return true;
    }

    /// <summary>Asks the control plane to end, and waits until it has.</summary>
    public static async Task ShutDown(ControlPlaneCalls calls, CancellationToken cancel)
    {
        var process = (await calls.Get(ApiRoutes.ControlPlane, ApiJson.Default.ControlPlaneView, cancel)).ProcessId;
        await calls.Exchange("POST", ApiRoutes.Shutdown, default, cancel);
        var since = Stopwatch.GetTimestamp();
        while (await calls.Answers(cancel) || (!OperatingSystem.IsWindows() && PosixProcess.IsAlive(process)))
        {
            if (Stopwatch.GetElapsedTime(since) > s_endDeadline)
                throw new CommandFailure(ExitCodes.Outside, $"The control plane (process {process}) still runs {s_endDeadline.TotalSeconds:0} s after it was asked to end.", $"Look at {calls.Home.ControlLogPath}.");
            await Task.Delay(20, cancel);
        }
    }
}
