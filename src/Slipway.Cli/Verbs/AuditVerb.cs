using System.CommandLine;
using System.Text.Json;
using Slipway.Cli.Connection;
using Slipway.Cli.Homes;
using Slipway.Cli.Invoking;
using Slipway.Cli.Output;
using Slipway.Core.Api;

namespace Slipway.Cli.Verbs;

/// <summary><c>slipway audit</c>: reads, checks and repairs the journal.</summary>
internal static class AuditVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make()
    {
        var command = new Command("audit", "Read the audit log, check that nobody changed it, repair a damaged end.");
        command.Subcommands.Add(Verify());
        command.Subcommands.Add(List());
        command.Subcommands.Add(Repair());
        Examples.Add(command, "0 whole; 1 changed, with a gap, or cut off; 2 wrong usage; 3 no control plane.",
            "slipway audit verify", "slipway audit list --json > audit.jsonl", "slipway audit repair");
        return command;
    }

    private static Command Verify()
    {
        var command = new Command("verify", "Read the whole journal and check its chain of hashes.");
        var common = CommonOptions.AddTo(command, "none; the journal is one.");
        Examples.Add(command, "0 whole; 1 changed, with a gap, or cut off; 3 no control plane.", "slipway audit verify", "slipway audit verify --json");
        command.SetAction(async (result, cancel) =>
        {
            var view = await common.ControlPlane(result).Get(ApiRoutes.AuditVerify, ApiJson.Default.AuditView, cancel);
            if (common.Json(result))
                StandardStreams.Line(JsonSerializer.SerializeToUtf8Bytes(view, ApiJson.Default.AuditView));
            else if (view.Fault is null)
                StandardStreams.Line($"The journal is whole: {view.Records} records, the last with hash {view.LastHash}.");
            else
                StandardStreams.Line($"The journal is not whole: {view.Fault} Good up to record {view.Records} with hash {view.LastHash}.");
            return view.Fault is null ? ExitCodes.Done : ExitCodes.No;
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "List every record with its hash.");
        var common = CommonOptions.AddTo(command, "all of them.");
        Examples.Add(command, "0 shown; 3 no control plane.", "slipway audit list", "slipway audit list --json > audit.jsonl");
        command.SetAction(async (result, cancel) =>
        {
            var path = Paths.WithQuery(ApiRoutes.Events, ("environment", common.Environment(result)?.ToString()), ("follow", "false"));
            await EventsVerb.Print(common.ControlPlane(result), path, common.Json(result), withHash: true, cancel);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Repair()
    {
        var command = new Command("repair", "Cut a damaged end off the journal of a stopped control plane, and start it.");
        var common = CommonOptions.AddTo(command, "none; the journal is one.");
        Examples.Add(command, "0 started; 1 one runs already; 3 it does not start.", "slipway audit repair");
        command.SetAction(async (result, cancel) =>
        {
            var calls = common.ControlPlane(result);
            var process = await ControlPlaneProcess.EnsureRunning(calls, ["--repair-journal"], cancel)
                ?? throw new CommandFailure(ExitCodes.No, $"A control plane runs for {calls.Home.Path}, so its journal opens.", "Check it with: slipway audit verify");
            var view = await calls.Get(ApiRoutes.AuditVerify, ApiJson.Default.AuditView, cancel);
            if (common.Json(result))
                StandardStreams.Line(JsonSerializer.SerializeToUtf8Bytes(view, ApiJson.Default.AuditView));
            else
                StandardStreams.Line($"The control plane runs (process {process}); its journal holds {view.Records} good records. What was cut off stands in {calls.Home.ControlLogPath}.");
            return view.Fault is null ? ExitCodes.Done : ExitCodes.No;
        });
        return command;
    }
}
