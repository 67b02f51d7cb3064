using System.CommandLine;
using Slipway.Cli.GatewayVerbs;
using Slipway.Cli.Invoking;

namespace Slipway.Cli.Verbs;

/// <summary><c>slipway gateway</c>: looks into the gateway of an environment, and says who may come.</summary>
internal static class GatewayVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make()
    {
        var command = new Command("gateway", "Look into the gateway of an environment, which answers even when no control plane runs, and say who may come.");
        command.Subcommands.Add(RoutesVerb.Make());
        command.Subcommands.Add(StatsVerb.Make());
        command.Subcommands.Add(ConnectionsVerb.Make());
        command.Subcommands.Add(DrainVerb.Make());
        command.Subcommands.Add(KeyVerb.Make());
        Examples.Add(
            command,
            "0 done; 1 no gateway runs; 2 wrong usage; 3 the gateway does not answer.",
            "slipway gateway routes -e production",
            "slipway gateway stats -e production",
            "slipway gateway connections",
            "slipway gateway drain",
            "slipway gateway key billing --role read --file /etc/shop/callers");
        return command;
    }
}
