using System.CommandLine;
using Slipway.Cli.Invoking;
using Slipway.Cli.Output;
using Slipway.Core.Rendering;

namespace Slipway.Cli.Verbs;

/// <summary><c>slipway render</c>: files made from the same model that the manifest is read with.</summary>
internal static class RenderVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make()
    {
        var command = new Command("render", "Render files.");
        command.Subcommands.Add(Schema());
        Examples.Add(command, "0 rendered; 2 wrong usage.", "slipway render schema > slipway.schema.json");
        return command;
    }

    private static Command Schema()
    {
        var command = new Command("schema", "Render the JSON Schema of the manifest, for editors.");
        CommonOptions.AddTo(command, "none; it is the same for all.");
        Examples.Add(command, "0 rendered; 2 wrong usage.", "slipway render schema > slipway.schema.json");
        command.SetAction(_ =>
        {
            StandardStreams.Line(SchemaRenderer.Render().TrimEnd());
            return ExitCodes.Done;
        });
        return command;
    }
}
