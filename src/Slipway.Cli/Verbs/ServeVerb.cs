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
        var standby = new Option<bool>("--standby") { Description = "Wait while another control plane leads, and take over when its lease ends." };
        var journal = new Option<string?>("--journal") { Description = "Keep the journal in PostgreSQL; the file holds the connection string (or the variable SLIPWAY_JOURNAL).", HelpName = "FILE" };
        var lease = new Option<string?>("--lease") { Description = "How long the lease holds without a renewal, the same for all; 5 unless given.", HelpName = "SECONDS" };
        command.Options.Add(listen);
        command.Options.Add(repair);
        command.Options.Add(standby);
        command.Options.Add(journal);
        command.Options.Add(lease);
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
            if (result.GetValue(standby))
                arguments.Add("--standby");
            if (result.GetValue(journal) is { } file)
                arguments.AddRange(["--journal", Path.GetFullPath(file)]);
            if (result.GetValue(lease) is { } seconds)
                arguments.AddRange(["--lease", seconds]);
            return ControlPlaneProcess.RunInForeground(common.Home(result), arguments);
        });
        return command;
    }
}
