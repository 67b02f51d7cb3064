using System.CommandLine;
using Slipway.Cli.Invoking;
using Slipway.Cli.SecretVerbs;

namespace Slipway.Cli.Verbs;

/// <summary><c>slipway secrets</c>: the secrets in the stores of an application.</summary>
internal static class SecretsVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make()
    {
        var command = new Command("secrets", "Set, show, list, rotate, retire and look after secrets.");
        command.Subcommands.Add(SetVerb.Make());
        command.Subcommands.Add(GetVerb.Make());
        command.Subcommands.Add(ListVerb.Make());
        command.Subcommands.Add(RotateVerb.Make());
        command.Subcommands.Add(RetireVerb.Make());
        command.Subcommands.Add(ImportVerb.Make());
        command.Subcommands.Add(ExportVerb.Make());
        command.Subcommands.Add(DoctorVerb.Make());
        Examples.Add(
            command,
            "0 done; 1 the answer is no; 2 wrong usage or manifest; 3 a store cannot be used.",
            "slipway secrets set API__KEY -e production    asks for it, or reads it from a pipe",
            "slipway secrets list -e production",
            "slipway secrets rotate API__KEY -e production",
            "slipway secrets doctor");
        return command;
    }
}
