using System.CommandLine;

namespace Slipway.Cli.Verbs;

internal static class LoadVerb
{
    public static Command Make() => new("load");
}
