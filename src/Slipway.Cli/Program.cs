using Slipway.Cli.Invoking;
using Slipway.Cli.Output;
using Slipway.Cli.Verbs;

namespace Slipway.Cli;

/// <summary>The command line's entry: what must be quick first, everything else through the verbs' own commands.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        if (args.Length == 1 && args[0] == "--version")
        {
            StandardStreams.Line(BuildVersion.Text);
            return ExitCodes.Done;
        }
        if (args.Length > 0 && args[0] == "check" && CheckVerb.TryRunPlain(args) is { } exitCode)
            return exitCode;
        if (args.Length > 0 && args[0] == "run" && RunVerb.TryRunPlain(args) is { } ran)
            return ran;
        return VerbRun.Run(args);
    }
}
