using System.CommandLine;
using Slipway.Cli.Invoking;
using Slipway.Cli.Output;

namespace Slipway.Cli.GatewayVerbs;

/// <summary><c>slipway gateway drain</c>: sends clients elsewhere, for a gateway behind a load balancer.</summary>
internal static class DrainVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make()
    {
        var command = new Command("drain", "Let clients go: each answer closes its connection, and /health says draining. Requests are still served.");
        var end = new Option<bool>("--end") { Description = "Keep connections again." };
        command.Options.Add(end);
        var common = CommonOptions.AddTo(command, "the only one that has a gateway, else local.");
        Examples.Add(command, "0 done; 1 no gateway runs; 2 wrong usage; 3 the gateway does not answer.", "slipway gateway drain -e production", "slipway gateway drain --end -e production");
        command.SetAction(async (result, cancel) =>
        {
            var answer = await GatewayCalls.Of(result, common).Ask(result.GetValue(end) ? "DELETE" : "PUT", "/drain", cancel);
            if (common.Json(result))
                StandardStreams.Line(answer);
            else
                StandardStreams.Line(result.GetValue(end) ? "The gateway keeps connections again." : "The gateway lets its clients go. Take it back with: slipway gateway drain --end");
            return ExitCodes.Done;
        });
        return command;
    }
}
