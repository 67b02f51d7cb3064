using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Slipway.Bench;

/// <summary>One measured figure, held against what it must reach.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Value">The value.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Reach">What it must be, such as <c>&lt;= 45</c>.</param>
/// <param name="Peer">A named peer with its own value from the same run; null where there is none.</param>
/// <param name="Ok">Whether it is.</param>
internal sealed record Figure(string Name, double Value, string Unit, string Reach, string? Peer, bool Ok)
{
    public static Figure AtMost(string name, double value, string unit, double most, string? peer = null)
        => new(name, Math.Round(value, 2), unit, $"<= {most}", peer, value <= most);

    public static Figure Exactly(string name, double value, string unit, double expected, string? peer = null)
        => new(name, value, unit, $"= {expected}", peer, value == expected);

    public static Figure AtLeast(string name, double value, string unit, double least, string? peer = null)
        => new(name, Math.Round(value, 2), unit, $">= {least}", peer, value >= least);

    public string ToJson() => JsonSerializer.Serialize(this, Json.Figure);

    // "<=" shall be read as that by people too; the output goes to a terminal or a file, never into a page.
    private static FigureJson Json { get; } = new(new JsonSerializerOptions(FigureJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public override string ToString()
        => $"{(Ok ? "ok  " : "MISS")} {Name,-58} {Value,12:0.##} {Unit,-9} {Reach,-12} {Peer}";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Figure))]
internal sealed partial class FigureJson : JsonSerializerContext;
