using System.Text.Json;
using Slipway.Cli.Output;

namespace Slipway.Cli.Demonstration;

/// <summary>What the demo prints: sentences and tables for people, or one JSON object a line.</summary>
internal sealed class DemoPrinter(bool json)
{
    /// <summary>A line of progress.</summary>
    public void Say(string what)
    {
        var now = DateTimeOffset.UtcNow;
        if (json)
            StandardStreams.Line(JsonSerializer.SerializeToUtf8Bytes(new DemoLine(now, what), DemoJson.Default.DemoLine));
        else
            StandardStreams.Line($"{now:HH:mm:ss}  {what}");
    }

    /// <summary>A line that already has its time.</summary>
    public void Detail(string line)
    {
        if (!json)
            StandardStreams.Line("  " + line);
    }

    /// <summary>What happened, and what it measured.</summary>
    public void Results(IReadOnlyList<DemoAct> acts, IReadOnlyList<DemoFigure> figures)
    {
        if (json)
        {
            foreach (var act in acts)
                StandardStreams.Line(JsonSerializer.SerializeToUtf8Bytes(act, DemoJson.Default.DemoAct));
            foreach (var figure in figures)
                StandardStreams.Line(JsonSerializer.SerializeToUtf8Bytes(figure, DemoJson.Default.DemoFigure));
            return;
        }
        StandardStreams.Line("");
        TableWriter.Show(Acts(acts));
        StandardStreams.Line("");
        TableWriter.Show(Figures(figures));
    }

    /// <summary>The acts as a table.</summary>
    public static TextTable Acts(IReadOnlyList<DemoAct> acts)
    {
        var table = new TextTable("act", "version", "release", "outcome", ">took", ">build", ">start", ">bake", ">own", ">requests", ">own errors", ">lost", ">p99");
        foreach (var act in acts)
        {
            table.Add(
                act.Act, act.Version, act.Release, act.Outcome,
                Seconds(act.Seconds), Seconds(act.BuildSeconds), Seconds(act.StartSeconds), Seconds(act.BakeSeconds), Seconds(act.OwnSeconds),
                act.Requests.ToString(), act.CandidateErrors.ToString(), act.Lost.ToString(),
                act.P99Ms is { } p99 ? $"{p99:0.0} ms" : null);
        }
        return table;
    }

    /// <summary>The figures as a table.</summary>
    public static TextTable Figures(IReadOnlyList<DemoFigure> figures)
    {
        var table = new TextTable("figure", ">value", "unit", "reach", "peer", "ok");
        foreach (var figure in figures)
            table.Add(figure.Name, $"{figure.Value:0.##}", figure.Unit, figure.Reach, figure.Peer, figure.Ok ? "yes" : "no");
        return table;
    }

    private static string Seconds(double seconds) => Durations.Text(TimeSpan.FromSeconds(seconds));
}
