using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Slipway.Cli.Invoking;
using Slipway.Cli.Output;
using Slipway.Core.Routing;
using Slipway.Core.Telemetry;

namespace Slipway.Cli.GatewayVerbs;

/// <summary><c>slipway gateway stats</c>: what the gateway has counted.</summary>
internal static class StatsVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make()
    {
        var command = new Command("stats", "Show what the gateway has counted since it started, for each service and release.");
        var common = CommonOptions.AddTo(command, "the only one that has a gateway, else local.");
        Examples.Add(command, "0 shown; 1 no gateway runs; 2 wrong usage; 3 the gateway does not answer.", "slipway gateway stats -e production", "slipway gateway stats --json");
        command.SetAction(async (result, cancel) =>
        {
            var body = await GatewayCalls.Of(result, common).Ask("GET", "/reading", cancel);
            if (common.Json(result))
                StandardStreams.Line(body);
            else
                TableWriter.Show(Table(JsonSerializer.Deserialize(body, RoutingJson.Default.TrafficReading)!));
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>One line for each service and release.</summary>
    public static TextTable Table(TrafficReading reading)
    {
        var table = new TextTable("service", "release", ">requests", ">errors", ">aborted", ">in flight", ">p50", ">p99");
        foreach (var one in reading.Releases)
            table.Add($"{one.Service}", $"{one.Release}", $"{one.Requests}", $"{one.Errors}", $"{one.ClientAborts}", $"{one.InFlight}", Quantile(one, 0.5), Quantile(one, 0.99));
        return table;
    }

    private static string? Quantile(ReleaseTraffic traffic, double quantile)
        => LatencyBuckets.Quantile(traffic.Latency, quantile) is { } microseconds ? string.Create(CultureInfo.InvariantCulture, $"{microseconds / 1000.0:0.0} ms") : null;
}
