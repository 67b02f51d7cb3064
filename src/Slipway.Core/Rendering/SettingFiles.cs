using Slipway.Core.Manifests;

namespace Slipway.Core.Rendering;

/// <summary>A file that is rendered from a manifest.</summary>
/// <param name="Kind">The word for it on the command line, such as <c>dotenv</c>.</param>
/// <param name="Environment">The environment it is for; null for all.</param>
/// <param name="Path">Where it lies, relative to the manifest.</param>
/// <param name="Command">The command that writes it.</param>
/// <param name="Content">What it holds; rendered when it is asked for.</param>
public sealed record RenderedFile(string Kind, EnvironmentName? Environment, string Path, string Command, Lazy<string> Content);

/// <summary>The files that tell people and tools which settings there are.</summary>
public static class SettingFiles
{
    /// <summary>An example of a <c>.env</c> file, for an environment.</summary>
    public const string DotEnv = "dotenv";

    /// <summary>The reference in Markdown.</summary>
    public const string Reference = "settings";

    /// <summary>The JSON Schema of a service's variables.</summary>
    public const string Schema = "settings-schema";

    /// <summary>All of them.</summary>
    /// <param name="manifest">A manifest without faults.</param>
    /// <param name="variables">Fill <c>${NAME}</c> in its values.</param>
    public static IEnumerable<RenderedFile> Of(Manifest manifest, IReadOnlyDictionary<string, string> variables)
    {
        foreach (var environment in manifest.Environments)
        {
            var path = environment == ManifestReader.Local ? ".env.example" : $".env.{environment}.example";
            yield return new(DotEnv, environment, path, $"slipway render dotenv -e {environment} --write", new(() => DotEnvRenderer.Render(Resolve(manifest, environment, variables))));
        }
        yield return new(Reference, null, "docs/settings.md", "slipway render settings --write", new(() => SettingsReferenceRenderer.Render(All(manifest, variables))));
        yield return new(Schema, null, "docs/settings.schema.json", "slipway render settings-schema --write", new(() => SettingsSchemaRenderer.Render(All(manifest, variables))));
    }

    private static List<Application> All(Manifest manifest, IReadOnlyDictionary<string, string> variables)
        => [.. manifest.Environments.Select(environment => Resolve(manifest, environment, variables))];

    private static Application Resolve(Manifest manifest, EnvironmentName environment, IReadOnlyDictionary<string, string> variables)
    {
        var faults = new List<Diagnostic>();
        return manifest.Resolve(environment, variables, faults) ?? throw new FormatException(string.Join('\n', faults));
    }
}
