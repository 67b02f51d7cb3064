using System.CommandLine;
using Slipway.Cli.Homes;
using Slipway.Cli.Invoking;

namespace Slipway.Cli.Verbs;

/// <summary><c>slipway serve</c>: the control plane in the foreground.</summary>
internal static class ServeVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make()
    {
        var command = new Command("serve", "Run the control plane in the foreground. Gateways and instances outlive it.");
        var listen = new Option<string?>("--listen") { Description = "Also answer on this loopback address, to callers with the token in the home.", HelpName = "127.0.0.1:7070" };
        var repair = new Option<bool>("--repair-journal") { Description = "Cut a damaged end off the journal first." };
        command.Options.Add(listen);
        command.Options.Add(repair);
        var common = CommonOptions.AddTo(command, "none; it serves all of them.");
        Examples.Add(command, "that of the control plane: 0 ended by a signal, 2 wrong usage, 3 it could not start.",
            "slipway serve", "slipway serve --home /var/lib/shop --listen 127.0.0.1:7070");
        command.SetAction((result, _) =>
        {
            var arguments = new List<string>();
            if (result.GetValue(listen) is { } address)
                arguments.AddRange(["--listen", address]);
            if (result.GetValue(repair))
                arguments.Add("--repair-journal");
            return ControlPlaneProcess.RunInForeground(common.Home(result), arguments);
        });
        return command;
    }
}
