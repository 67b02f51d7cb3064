using System.Text;
using Slipway.Core.Manifests;
using Slipway.Core.Settings;

namespace Slipway.Core.Rendering;

/// <summary>Renders a reference of an application's settings in Markdown.</summary>
public static class SettingsReferenceRenderer
{
    /// <summary>The file's text.</summary>
    /// <param name="environments">The application in each of its environments; at least one.</param>
    public static string Render(IReadOnlyList<Application> environments)
    {
        var application = environments[0];
        var text = new StringBuilder($"# Settings of {application.Name}\n\n<!-- Rendered by: slipway render settings -->\n");
        text.Append("\n| setting | takes | required in | seen by | default in local and ci | what for |\n|---|---|---|---|---|---|\n");
        foreach (var setting in application.Settings)
        {
            Row(
                text, $"`{setting.Name}`{(setting.Secret ? " (secret)" : "")}", SettingWords.Form(setting) + (setting.Only.IsEmpty ? "" : $"; only in {string.Join(", ", setting.Only)}"),
                string.Join(", ", setting.Required), setting.Services.Length == application.Services.Length ? "all" : string.Join(", ", setting.Services),
                setting.Secret || setting.Default is null ? "" : $"`{setting.Default}`", Purpose(setting));
        }
        if (!application.Relations.IsEmpty)
        {
            text.Append("\n## Rules\n\n");
            foreach (var relation in application.Relations)
                text.Append($"* {relation.Text}\n");
        }
        WriteValues(text, environments);
        return text.ToString();
    }

    private static string Purpose(Setting setting)
    {
        var doc = setting.Doc ?? "";
        if (setting.Example is { } example)
            doc += $"{(doc.Length == 0 ? "" : " ")}Such as `{example}`.";
        return setting.Formerly.IsEmpty ? doc : $"{doc}{(doc.Length == 0 ? "" : " ")}Formerly {string.Join(", ", setting.Formerly.Select(name => $"`{name}`"))}.";
    }

    private static void WriteValues(StringBuilder text, IReadOnlyList<Application> environments)
    {
        var given = environments.Where(one => one.Settings.Any(setting => setting.Value is not null)).ToList();
        if (given.Count == 0)
            return;
        text.Append("\n## Values in the manifest\n\n| environment | setting | value |\n|---|---|---|\n");
        foreach (var one in given)
        {
            foreach (var setting in one.Settings.Where(setting => setting.Value is not null))
                Row(text, one.Environment.ToString(), $"`{setting.Name}`", setting.Secret && !SecretReference.IsMeant(setting.Value!) ? "(secret)" : $"`{setting.Value}`");
        }
    }

    private static void Row(StringBuilder text, params ReadOnlySpan<string> cells)
    {
        text.Append('|');
        foreach (var cell in cells)
            text.Append(' ').Append(cell.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal)).Append(" |");
        text.Append('\n');
    }
}
