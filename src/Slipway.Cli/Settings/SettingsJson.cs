using System.Text.Json;
using Slipway.Core.Manifests;
using Slipway.Core.Settings;

namespace Slipway.Cli.Settings;

/// <summary>Effective settings as JSON for machines, secrets masked.</summary>
internal static class SettingsJson
{
    /// <summary>The settings of an environment.</summary>
    public static byte[] Of(Application application, EffectiveSettings settings, IEnumerable<Diagnostic> faults) => Write(json =>
    {
        json.WriteString("application", application.Name.ToString());
        json.WriteString("environment", application.Environment.ToString());
        json.WriteStartArray("settings");
        foreach (var setting in settings.All)
        {
            json.WriteStartObject();
            json.WriteString("name", setting.Setting.Name);
            WriteValue(json, setting);
            json.WriteStartArray("overrode");
            foreach (var origin in setting.Overrode)
                json.WriteStringValue(Place(origin));
            json.WriteEndArray();
            json.WriteStartArray("services");
            foreach (var service in setting.Setting.Services)
                json.WriteStringValue(service.ToString());
            json.WriteEndArray();
            json.WriteBoolean("secret", setting.Setting.Secret);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("faults");
        foreach (var fault in faults)
            json.WriteStringValue(fault.ToString());
        json.WriteEndArray();
    });

    /// <summary>What differs between two environments.</summary>
    public static byte[] OfDifference(EnvironmentName one, EnvironmentName other, IEnumerable<(EffectiveSetting One, EffectiveSetting Other)> differing) => Write(json =>
    {
        json.WriteStartArray("environments");
        json.WriteStringValue(one.ToString());
        json.WriteStringValue(other.ToString());
        json.WriteEndArray();
        json.WriteStartArray("settings");
        foreach (var (here, there) in differing)
        {
            json.WriteStartObject();
            json.WriteString("name", here.Setting.Name);
            json.WriteStartArray("values");
            foreach (var setting in (EffectiveSetting[])[here, there])
            {
                json.WriteStartObject();
                WriteValue(json, setting);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    /// <summary>A place in words: <c>variable API__URL</c>, <c>.env:3</c>, <c>slipway.yaml:40</c>, <c>default</c>.</summary>
    public static string Place(SettingOrigin origin) => origin.Source switch
    {
        SettingSource.Variable => $"variable {origin.Name}",
        SettingSource.Default => "default",
        SettingSource.None => "",
        _ => origin.At is { } at ? $"{at.File}:{at.Line}" : "manifest",
    };

    private static void WriteValue(Utf8JsonWriter json, EffectiveSetting setting)
    {
        if (setting.IsGiven)
            json.WriteString("value", setting.Shown);
        else
            json.WriteNull("value");
        json.WriteString("source", setting.Origin.Source switch
        {
            SettingSource.Variable => "variable",
            SettingSource.DotEnv => "dotenv",
            SettingSource.Environment => "environment",
            SettingSource.Default => "default",
            _ => "none",
        });
        json.WriteString("place", Place(setting.Origin));
    }

    private static byte[] Write(Action<Utf8JsonWriter> body)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            body(json);
            json.WriteEndObject();
        }
        return stream.ToArray();
    }
}
