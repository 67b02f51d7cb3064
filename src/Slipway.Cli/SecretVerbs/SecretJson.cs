using System.Text.Json;
using Slipway.Core.Settings;

namespace Slipway.Cli.SecretVerbs;

/// <summary>What the verbs of secrets print for machines.</summary>
internal static class SecretJson
{
    /// <summary>A version, with its value only where that was asked for.</summary>
    public static byte[] Of(SecretVersion version, string? value = null) => Write(json => WriteVersion(json, version, value));

    /// <summary>Several versions.</summary>
    public static byte[] Of(IEnumerable<SecretVersion> versions) => Write(json =>
    {
        json.WriteStartArray();
        foreach (var version in versions)
            WriteVersion(json, version, null);
        json.WriteEndArray();
    });

    /// <summary>Versions with their values.</summary>
    public static byte[] Of(IEnumerable<(SecretVersion Version, string Value)> secrets) => Write(json =>
    {
        json.WriteStartArray();
        foreach (var (version, value) in secrets)
            WriteVersion(json, version, value);
        json.WriteEndArray();
    });

    /// <summary>What a look over the stores found.</summary>
    /// <param name="findings">One sentence each.</param>
    /// <param name="readable">How many secrets can be read.</param>
    public static byte[] OfFindings(IReadOnlyCollection<string> findings, int readable) => Write(json =>
    {
        json.WriteStartObject();
        json.WriteBoolean("ok", findings.Count == 0);
        json.WriteNumber("readable", readable);
        json.WriteStartArray("findings");
        foreach (var finding in findings)
            json.WriteStringValue(finding);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void WriteVersion(Utf8JsonWriter json, SecretVersion version, string? value)
    {
        json.WriteStartObject();
        json.WriteString("reference", version.ToString());
        json.WriteString("name", version.Name);
        json.WriteNumber("version", version.Version);
        if (value is not null)
            json.WriteString("value", value);
        json.WriteEndObject();
    }

    private static byte[] Write(Action<Utf8JsonWriter> body)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
            body(json);
        return stream.ToArray();
    }
}
