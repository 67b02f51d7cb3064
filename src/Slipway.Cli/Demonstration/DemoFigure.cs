using System.Text.Json.Serialization;

namespace Slipway.Cli.Demonstration;

/// <summary>One measured figure, held against what it must reach.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Value">The value.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Reach">What it must be, such as <c>&lt;= 300</c>.</param>
/// <param name="Peer">A named peer with its own value from the same run; null where there is none.</param>
/// <param name="Ok">Whether it is.</param>
internal sealed record DemoFigure(string Name, double Value, string Unit, string Reach, string? Peer, bool Ok)
{
    /// <summary>A figure that must not be above a bound.</summary>
    public static DemoFigure AtMost(string name, double value, string unit, double most)
        => new(name, Math.Round(value, 1), unit, $"<= {most}", null, value <= most);

    /// <summary>A figure that must be just so.</summary>
    public static DemoFigure Exactly(string name, double value, string unit, double expected)
        => new(name, value, unit, $"= {expected}", null, value == expected);
}

/// <summary>One act of the demo, as it went.</summary>
/// <param name="Act">Its name.</param>
/// <param name="Release">The release; null when none was built.</param>
/// <param name="Version">Its version.</param>
/// <param name="Outcome">How the rollout ended: <c>promoted</c>, <c>rolled-back</c>, <c>failed</c>.</param>
/// <param name="Expected">How it had to end.</param>
/// <param name="Seconds">From the request to that end.</param>
/// <param name="BuildSeconds">Of it, building.</param>
/// <param name="StartSeconds">Of it, instances starting, handing over and being proved: the application's own time.</param>
/// <param name="BakeSeconds">Of it, the bakes that the manifest asks for, and until there were enough requests for a verdict.</param>
/// <param name="OwnSeconds">What is left.</param>
/// <param name="Phases">Seconds in each of its phases.</param>
/// <param name="Requests">Requests sent meanwhile.</param>
/// <param name="CandidateErrors">Server errors that the candidate itself answered.</param>
/// <param name="Lost">Requests lost or failed in any other way.</param>
/// <param name="P99Ms">99 % of the answers came sooner, in milliseconds; null without traffic.</param>
/// <param name="Reason">Why it was undone; null when it was not.</param>
internal sealed record DemoAct(
    string Act,
    string? Release,
    string Version,
    string Outcome,
    string Expected,
    double Seconds,
    double BuildSeconds,
    double StartSeconds,
    double BakeSeconds,
    double OwnSeconds,
    IReadOnlyDictionary<string, double> Phases,
    long Requests,
    long CandidateErrors,
    long Lost,
    double? P99Ms,
    string? Reason);

/// <summary>A line of the demo's progress.</summary>
/// <param name="At">When.</param>
/// <param name="Progress">What.</param>
internal sealed record DemoLine(DateTimeOffset At, string Progress);

/// <summary>How the demo's parts are written as JSON, one object a line.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DemoFigure))]
[JsonSerializable(typeof(DemoAct))]
[JsonSerializable(typeof(DemoLine))]
internal sealed partial class DemoJson : JsonSerializerContext;
