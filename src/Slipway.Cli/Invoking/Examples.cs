using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Slipway.Cli.Invoking;

/// <summary>Puts examples and exit codes below a verb's help.</summary>
internal static class Examples
{
    /// <summary>Adds them to a verb.</summary>
    public static void Add(Command command, string exitCodes, params string[] lines)
        => command.Options.Add(new HelpOption("--help", "-h") { Description = "Show this help.", Action = new Action(exitCodes, lines) });

    internal sealed class Action(string exitCodes, string[] lines) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            new HelpAction { MaxWidth = 118 }.Invoke(parseResult);
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var line in lines)
                output.WriteLine("  " + line);
            output.WriteLine();
            output.WriteLine("Exit code: " + exitCodes);
            return ExitCodes.Done;
        }
    }
}
