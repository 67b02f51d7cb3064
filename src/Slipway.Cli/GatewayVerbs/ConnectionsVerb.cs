using System.CommandLine;
using System.Text.Json;
using Slipway.Cli.Invoking;
using Slipway.Cli.Output;

namespace Slipway.Cli.GatewayVerbs;

/// <summary><c>slipway gateway connections</c>: who is connected, and what each instance carries.</summary>
internal static class ConnectionsVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make()
    {
        var command = new Command("connections", "Show how many clients are connected, and what each instance carries.");
        var common = CommonOptions.AddTo(command, "the only one that has a gateway, else local.");
        Examples.Add(command, "0 shown; 1 no gateway runs; 2 wrong usage; 3 the gateway does not answer.", "slipway gateway connections", "slipway gateway connections --json");
        command.SetAction(async (result, cancel) =>
        {
            var body = await GatewayCalls.Of(result, common).Ask("GET", "/connections", cancel);
            if (common.Json(result))
            {
                StandardStreams.Line(body);
                return ExitCodes.Done;
            }
            using var connections = JsonDocument.Parse(body);
            var all = connections.RootElement;
            StandardStreams.Line($"{all.GetProperty("clients")} clients, {all.GetProperty("clientsAtRest")} of them at rest; {all.GetProperty("waiting")} requests wait for an instance");
            var table = new TextTable("instance", "address", ">in flight", ">at rest", "state");
            foreach (var one in all.GetProperty("instances").EnumerateArray())
            {
                table.Add(one.GetProperty("instance").GetString(), $"{one.GetProperty("address").GetString()}:{one.GetProperty("port")}", $"{one.GetProperty("inFlight")}",
                    $"{one.GetProperty("resting")}", one.GetProperty("isAside").GetBoolean() ? "put aside" : "in use");
            }
            TableWriter.Show(table);
            return ExitCodes.Done;
        });
        return command;
    }
}
