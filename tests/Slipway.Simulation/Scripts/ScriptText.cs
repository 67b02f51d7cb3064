using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Core.Manifests;
using Slipway.Releases;

namespace Slipway.Simulation.Scripts;

/// <summary>Writes scripts down: as JSON that can be read back, and as a test that a person can keep.</summary>
internal static class ScriptText
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        IgnoreReadOnlyProperties = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter<Strategy>(), new JsonStringEnumConverter<ServiceKind>(), new JsonStringEnumConverter<SteerVerb>(), new JsonStringEnumConverter<InconclusiveAction>() },
    };

    public static string ToJson(Script script) => JsonSerializer.Serialize(script, Options);

    public static Script FromJson(string json) => JsonSerializer.Deserialize<Script>(json, Options) ?? throw new JsonException("There is no script.");

    /// <summary>A test of it, in C#.</summary>
    public static string ToTest(Script script)
    {
        var text = new StringBuilder();
        text.AppendLine("[Fact]");
        text.AppendLine(CultureInfo.InvariantCulture, $"public async Task Seed_{script.Seed}_holds() => Assert.Empty((await ScriptPlay.Of(new()");
        text.AppendLine("{");
        text.AppendLine(CultureInfo.InvariantCulture, $"    Seed = {script.Seed},");
        text.AppendLine(CultureInfo.InvariantCulture, $"    RequestRate = {script.RequestRate},");
        text.AppendLine("    Releases =");
        text.AppendLine("    [");
        foreach (var release in script.Releases)
            text.AppendLine(Release(release));
        text.AppendLine("    ],");
        text.AppendLine("    Moves =");
        text.AppendLine("    [");
        foreach (var move in script.Moves)
            text.AppendLine(CultureInfo.InvariantCulture, $"        {Of(move)},");
        text.AppendLine("    ],");
        if (!script.Kills.IsEmpty)
            text.AppendLine(CultureInfo.InvariantCulture, $"    Kills = {List(script.Kills)},");
        if (!script.Twice.IsEmpty)
            text.AppendLine(CultureInfo.InvariantCulture, $"    Twice = {List(script.Twice)},");
        if (!script.Late.IsEmpty)
            text.AppendLine(CultureInfo.InvariantCulture, $"    Late = {List(script.Late)},");
        text.Append("})).Wrong);");
        return text.ToString();
    }

    private static string Release(ScriptedRelease release)
    {
        var text = new StringBuilder();
        text.AppendLine("        new()");
        text.AppendLine("        {");
        text.AppendLine(CultureInfo.InvariantCulture, $"            Version = \"{release.Version}\",");
        text.AppendLine(CultureInfo.InvariantCulture, $"            Strategy = Strategy.{release.Strategy},");
        if (release.Strategy == Strategy.Canary)
            text.AppendLine(CultureInfo.InvariantCulture, $"            Steps = {List(release.Steps)},");
        text.AppendLine(CultureInfo.InvariantCulture, $"            BakeSeconds = {release.BakeSeconds}, GuardSeconds = {release.GuardSeconds}, Approval = {(release.Approval ? "true" : "false")},");
        text.AppendLine(CultureInfo.InvariantCulture, $"            WhenInconclusive = InconclusiveAction.{release.WhenInconclusive},");
        if (Odd(release.Behaviour) is { Length: > 0 } odd)
            text.AppendLine(CultureInfo.InvariantCulture, $"            Behaviour = new() {{ {odd} }},");
        text.AppendLine(CultureInfo.InvariantCulture, $"            Services = [{string.Join(", ", release.Services.Select(Service))}],");
        text.Append("        },");
        return text.ToString();
    }

    private static string Service(ScriptedService one)
    {
        List<string> more = [];
        if (!one.Needs.IsEmpty)
            more.Add($"Needs = [{string.Join(", ", one.Needs.Select(need => $"\"{need}\""))}]");
        if (!one.Overlap)
            more.Add("Overlap = false");
        if (one.Smoke)
            more.Add("Smoke = true");
        if (one.Routed)
            more.Add("Routed = true");
        if (one.Migrates)
            more.Add("Migrates = true");
        return $"new(\"{one.Name}\", ServiceKind.{one.Kind}, {one.Replicas}){(more.Count == 0 ? "" : $" {{ {string.Join(", ", more)} }}")}";
    }

    private static string Of(Move move) => move switch
    {
        Move.Deploy one => string.Create(CultureInfo.InvariantCulture, $"new Move.Deploy({one.At}, \"{one.Version}\"{(one.Queue ? ", Queue: true" : "")})"),
        Move.Steer one => string.Create(CultureInfo.InvariantCulture, $"new Move.Steer({one.At}, SteerVerb.{one.Verb})"),
        Move.Outage one => string.Create(CultureInfo.InvariantCulture, $"new Move.Outage({one.At}, {one.Seconds}, Peer.{one.Of})"),
        Move.Stall one => string.Create(CultureInfo.InvariantCulture, $"new Move.Stall({one.At}, {one.Seconds})"),
        Move.ClockJump one => string.Create(CultureInfo.InvariantCulture, $"new Move.ClockJump({one.At}, {one.Seconds})"),
        _ => string.Create(CultureInfo.InvariantCulture, $"new Move.{move.GetType().Name}({move.At})"),
    };

    // What differs from a good release, whichever ways to misbehave there may be.
    private static string Odd(Behaviour behaviour) => string.Join(", ", typeof(Behaviour).GetProperties()
        .Where(property => property.CanWrite && !Equals(property.GetValue(behaviour), property.GetValue(Behaviour.Good)))
        .Select(property => $"{property.Name} = {Value(property.GetValue(behaviour))}"));

    private static string Value(object? value) => value switch
    {
        bool one => one ? "true" : "false",
        string one => $"\"{one}\"",
        TimeSpan one => string.Create(CultureInfo.InvariantCulture, $"TimeSpan.FromSeconds({one.TotalSeconds})"),
        IFormattable one => one.ToString(null, CultureInfo.InvariantCulture),
        _ => $"{value}",
    };

    private static string List<T>(ImmutableArray<T> all)
        where T : IFormattable
        => $"[{string.Join(", ", all.Select(one => one.ToString(null, CultureInfo.InvariantCulture)))}]";
}
