using System.CommandLine;

namespace Slipway.Cli.Verbs;

internal static class CompletionVerb
{
    public static Command Make() => new("completion");
}
