using System.Text;
using System.Text.Json;

namespace Slipway.Core.Settings;

/// <summary>Values in JSON (RFC 8259).</summary>
internal static class JsonText
{
    /// <summary>What the text must be, when it is not; null when it is right. Says where it stops being JSON, never what stands there.</summary>
    public static string? Fault(string text)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
        try
        {
            while (reader.Read())
            {
                // Reading all of it is the check.
            }
            return null;
        }
        catch (JsonException fault)
        {
            return $"JSON, which it stops being in line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}";
        }
    }
}
