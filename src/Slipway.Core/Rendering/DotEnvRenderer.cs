using System.Text;
using Slipway.Core.Manifests;
using Slipway.Core.Settings;

namespace Slipway.Core.Rendering;

/// <summary>
/// Renders an example of a <c>.env</c> file for one environment: each setting with its documentation. What must be given
/// stands without a value, or with an example that is none for a secret; what may be left out is commented out.
/// </summary>
public static class DotEnvRenderer
{
    /// <summary>The file's text.</summary>
    public static string Render(Application application)
    {
        var (name, environment) = (application.Name, application.Environment);
        var text = new StringBuilder($"# The settings of {name} in {environment}. Rendered by: slipway render dotenv -e {environment}\n");
        text.Append(environment == ManifestReader.Local
            ? "# Copy it to .env and fill in what has no value. Never commit that copy.\n"
            : $"# The file .env is read in local only: in {environment}, give these as variables, in the manifest, or in a secret store.\n");
        foreach (var setting in application.Settings)
        {
            if (!setting.Only.IsEmpty && !setting.Only.Contains(environment))
                continue;
            text.Append('\n');
            if (setting.Doc is { } doc)
                Comment(text, doc);
            Comment(text, Form(setting, application));
            var required = setting.Required.Contains(environment);
            var value = Value(setting, environment);
            var given = setting.Value is not null || (setting.Default is not null && setting.Safe.Contains(environment));
            text.Append(required && !given ? "" : "# ").Append(setting.Name).Append('=').Append(value).Append('\n');
        }
        return text.ToString();
    }

    private static void Comment(StringBuilder text, string comment)
    {
        foreach (var line in comment.ReplaceLineEndings("\n").Split('\n'))
            text.Append("# ").Append(line.TrimEnd()).Append('\n');
    }

    private static string Form(Setting setting, Application application)
    {
        var form = new StringBuilder(SettingWords.Form(setting));
        form.Append(setting.Required.Contains(application.Environment) ? "; required" : "; optional");
        if (setting.Secret)
            form.Append("; secret");
        if (setting.Services.Length < application.Services.Length)
            form.Append("; seen by ").AppendJoin(", ", setting.Services);
        return form.ToString();
    }

    // A placeholder for a secret would be taken for its value by whoever copies the file.
    private static string Value(Setting setting, EnvironmentName environment)
    {
        if (setting.Secret)
            return setting.Value is { } reference && SecretReference.IsMeant(reference) ? reference : "";
        return DotEnvFile.Quote(setting.Value ?? (setting.Safe.Contains(environment) ? setting.Default : null) ?? setting.Example ?? "") is var quoted && quoted == "\"\"" ? "" : quoted;
    }
}
