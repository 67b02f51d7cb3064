using System.CommandLine;
using System.Text.Json;
using Slipway.Cli.Invoking;
using Slipway.Cli.Output;
using Slipway.Core.Manifests;
using Slipway.Core.Routing;

namespace Slipway.Cli.GatewayVerbs;

/// <summary><c>slipway gateway routes</c>: the live route table.</summary>
internal static class RoutesVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make()
    {
        var command = new Command("routes", "Show the live route table: who answers where, and what stands before it.");
        var common = CommonOptions.AddTo(command, "the only one that has a gateway, else local.");
        Examples.Add(command, "0 shown; 1 no gateway runs; 2 wrong usage; 3 the gateway does not answer.", "slipway gateway routes -e production", "slipway gateway routes --json");
        command.SetAction(async (result, cancel) =>
        {
            var body = await GatewayCalls.Of(result, common).Ask("GET", "/table", cancel);
            if (common.Json(result))
                StandardStreams.Line(body);
            else
                TableWriter.Show(Table(JsonSerializer.Deserialize(body, RoutingJson.Default.RouteTable)!));
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>One line for each route and release.</summary>
    public static TextTable Table(RouteTable live)
    {
        var table = new TextTable("service", "route", "release", ">share", ">instances", "before it");
        foreach (var service in live.Services)
        {
            double sum = service.Releases.Where(one => !one.Endpoints.IsEmpty).Sum(one => one.Weight);
            foreach (var route in service.Routes)
            {
                foreach (var release in service.Releases)
                    table.Add($"{service.Service}", $"{route.Host}{route.Path}", $"{release.Release}", sum > 0 && !release.Endpoints.IsEmpty ? $"{100 * release.Weight / sum:0.#}%" : "0%", $"{release.Endpoints.Length}", Before(route.Protection));
            }
        }
        return table;
    }

    private static string Before(RouteProtection? protection)
    {
        List<string> all = [];
        if (protection?.Limit is { } limit)
            all.Add($"limit {limit.Requests} in {Durations.Text(limit.Per)}");
        if (protection?.Validation is { } validation)
            all.Add($"validation {(validation.Mode == ValidationMode.Block ? "blocks" : "detects")}");
        if (protection?.Allow is not null || protection?.Deny is not null)
            all.Add("addresses");
        if (protection?.Callers is { } callers)
            all.Add($"callers by {callers.By.ToString().ToLowerInvariant()}");
        if (protection?.CrossOrigin is not null)
            all.Add("cors");
        if (protection?.Headers is not null)
            all.Add("headers");
        if (protection?.Breaker is not null)
            all.Add("breaker");
        return string.Join(", ", all);
    }
}
