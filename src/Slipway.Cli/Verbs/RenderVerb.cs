using System.CommandLine;
using System.Text.Json;
using Slipway.Cli.Homes;
using Slipway.Cli.Invoking;
using Slipway.Cli.Output;
using Slipway.Core.Manifests;
using Slipway.Core.Rendering;

namespace Slipway.Cli.Verbs;

/// <summary><c>slipway render</c>: files made from the same model that the manifest is read with.</summary>
internal static class RenderVerb
{
    private const string ExitCodesText = "0 rendered; 2 wrong usage or manifest; 3 it cannot be written.";

    /// <summary>The verb's command.</summary>
    public static Command Make()
    {
        var command = new Command("render", "Render files.");
        command.Subcommands.Add(Schema());
        command.Subcommands.Add(Files(SettingFiles.DotEnv, "Render an example of a .env file, for the environment or with --write for all of them.", "slipway render dotenv -e staging", "slipway render dotenv --write"));
        command.Subcommands.Add(Files(SettingFiles.Reference, "Render a reference of the settings, in Markdown.", "slipway render settings", "slipway render settings --write"));
        command.Subcommands.Add(Files(SettingFiles.Schema, "Render the JSON Schema of the settings.", "slipway render settings-schema > settings.schema.json"));
        Examples.Add(command, ExitCodesText, "slipway render schema > slipway.schema.json", "slipway render dotenv --write");
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

    private static Command Files(string kind, string description, params string[] examples)
    {
        var command = new Command(kind, description);
        var write = new Option<bool>("--write") { Description = "Write it beside the manifest, where slipway check holds it against the manifest." };
        command.Options.Add(write);
        var common = CommonOptions.AddTo(command, kind == SettingFiles.DotEnv ? "local; with --write all." : "none; it is the same for all.");
        Examples.Add(command, ExitCodesText, examples);
        command.SetAction(result =>
        {
            var path = ManifestFile.Require(common.File(result));
            if (CheckVerb.Manifest(path) is not { } manifest)
                return ExitCodes.Usage;
            var environment = common.Environment(result);
            var files = SettingFiles.Of(manifest, CallerVariables.All()).Where(file => file.Kind == kind).ToList();
            if (kind == SettingFiles.DotEnv && environment is not null && !files.Exists(file => file.Environment == environment))
                throw new CommandFailure(ExitCodes.Usage, $"There is no environment '{environment}'.", $"Known are: {string.Join(", ", manifest.Environments)}.");
            if (!result.GetValue(write))
            {
                var shown = files.Find(file => kind != SettingFiles.DotEnv || file.Environment == (environment ?? ManifestReader.Local))!;
                if (common.Json(result))
                    StandardStreams.Line(Json(shown.Path, shown.Content.Value));
                else
                    StandardStreams.Text(shown.Content.Value);
                return ExitCodes.Done;
            }
            foreach (var file in files.Where(file => environment is null || file.Environment is null || file.Environment == environment))
            {
                Write(Path.Combine(Path.GetDirectoryName(path)!, file.Path), file.Content.Value);
                if (common.Json(result))
                    StandardStreams.Line(Json(file.Path, null));
                else
                    StandardStreams.Line($"Wrote {ManifestFile.Shown(Path.Combine(Path.GetDirectoryName(path)!, file.Path))}.");
            }
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Write(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var beside = path + ".new";
        File.WriteAllText(beside, content);
        File.Move(beside, path, overwrite: true);
    }

    private static byte[] Json(string path, string? content)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("file", path);
            if (content is not null)
                json.WriteString("content", content);
            json.WriteEndObject();
        }
        return stream.ToArray();
    }
}
