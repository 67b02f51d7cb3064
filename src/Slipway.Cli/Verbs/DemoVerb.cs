using System.CommandLine;

namespace Slipway.Cli.Verbs;

internal static class DemoVerb
{
    public static Command Make() => new("demo");
}
