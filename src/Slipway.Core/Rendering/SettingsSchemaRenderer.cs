using System.Text.Encodings.Web;
using System.Text.Json;
using Slipway.Core.Manifests;
using Slipway.Core.Settings;

namespace Slipway.Core.Rendering;

/// <summary>
/// Renders a JSON Schema (draft 2020-12) of an application's settings as an object of variables. Each environment has a
/// definition with what is required there: <c>settings.schema.json#/$defs/production</c>.
/// </summary>
public static class SettingsSchemaRenderer
{
    /// <summary>The file's text.</summary>
    /// <param name="environments">The application in each of its environments; at least one.</param>
    public static string Render(IReadOnlyList<Application> environments)
    {
        using var stream = new MemoryStream();
        var how = new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(stream, how))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "https://json-schema.org/draft/2020-12/schema");
            json.WriteString("title", $"Settings of {environments[0].Name}");
            json.WriteString("type", "object");
            json.WriteStartObject("properties");
            foreach (var setting in environments[0].Settings)
                WriteSetting(json, setting);
            json.WriteEndObject();
            json.WriteStartObject("$defs");
            foreach (var application in environments)
                WriteEnvironment(json, application);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static void WriteSetting(Utf8JsonWriter json, Setting setting)
    {
        json.WriteStartObject(setting.Name);
        json.WriteString("type", "string");
        json.WriteString("description", setting.Doc is { } doc ? $"{doc.TrimEnd('.')}. Takes: {SettingWords.Form(setting)}." : $"Takes: {SettingWords.Form(setting)}.");
        WriteForm(json, setting);
        if (setting is { Secret: false, Default: { } standard })
            json.WriteString("default", standard);
        if (setting.Example is { } example)
        {
            json.WriteStartArray("examples");
            json.WriteStringValue(example);
            json.WriteEndArray();
        }
        if (setting.Secret)
            json.WriteBoolean("writeOnly", true);
        json.WriteEndObject();
        foreach (var former in setting.Formerly)
        {
            json.WriteStartObject(former);
            json.WriteString("type", "string");
            json.WriteBoolean("deprecated", true);
            json.WriteString("description", $"A former name of {setting.Name}.");
            json.WriteEndObject();
        }
    }

    private static void WriteForm(Utf8JsonWriter json, Setting setting)
    {
        switch (setting.Type)
        {
            case SettingType.Enum:
                json.WriteStartArray("enum");
                foreach (var choice in setting.Choices)
                    json.WriteStringValue(choice);
                json.WriteEndArray();
                break;
            case SettingType.Boolean:
                json.WriteStartArray("enum");
                json.WriteStringValue("true");
                json.WriteStringValue("false");
                json.WriteEndArray();
                break;
            case SettingType.Integer:
                json.WriteString("pattern", "^[+-]?[0-9]+$");
                break;
            case SettingType.Port:
                json.WriteString("pattern", "^[0-9]{1,5}$");
                break;
            case SettingType.Duration:
                json.WriteString("pattern", "^(0|([0-9.]+(ms|s|m|h|d))+)$");
                break;
            case SettingType.Size:
                json.WriteString("pattern", "^[0-9.]+([kKMGT]|[KMGT]i)?B?$");
                break;
            case SettingType.Url:
                json.WriteString("format", "uri");
                break;
            case SettingType.String when setting.Pattern is { } pattern:
                json.WriteString("pattern", $"^(?:{pattern})$");
                break;
            case SettingType.String when setting.Range is { } range:
                json.WriteNumber("minLength", (long)range.Least);
                json.WriteNumber("maxLength", (long)range.Most);
                break;
        }
    }

    private static void WriteEnvironment(Utf8JsonWriter json, Application application)
    {
        json.WriteStartObject(application.Environment.ToString());
        json.WriteString("$ref", "#");
        json.WriteStartArray("required");
        foreach (var setting in application.Settings.Where(setting => setting.Required.Contains(application.Environment) && setting.Value is null))
            json.WriteStringValue(setting.Name);
        json.WriteEndArray();
        var barred = application.Settings.Where(setting => !setting.Only.IsEmpty && !setting.Only.Contains(application.Environment)).ToList();
        if (barred.Count > 0)
        {
            json.WriteStartObject("properties");
            foreach (var setting in barred)
                json.WriteBoolean(setting.Name, false);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }
}
