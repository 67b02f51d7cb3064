using System.Globalization;
using Slipway.Cli.Output;

namespace Slipway.Cli.Load;

/// <summary>A load's report for people.</summary>
internal static class LoadText
{
    private const int FailuresShown = 10;

    /// <summary>The report, line by line.</summary>
    public static IEnumerable<string> Lines(LoadReport report)
    {
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Total.Ended} requests in {report.ElapsedSeconds:0.0} s, {report.Total.Ok} ok, {report.Bad} bad; {report.Connections.Opened} connections opened, {report.Connections.Peak} at once");
        var latency = report.Latency;
        yield return $"latency ms: p50 {Number(latency.P50)}, p90 {Number(latency.P90)}, p95 {Number(latency.P95)}, p99 {Number(latency.P99)}, p99.9 {Number(latency.P999)}, max {Number(latency.Max)}; the client itself late by {Number(report.ClientLateMaxMs)} at most";
        var table = new TextTable("what", ">ok", ">5xx", ">mismatched", ">reset", ">truncated", ">timeout", ">refused");
        foreach (var (name, counts) in report.ByRequest)
            Add(table, name, counts);
        foreach (var (name, counts) in report.ByRelease)
            Add(table, $"release {name}", counts);
        foreach (var line in table.Lines())
            yield return line;
        if (report.Total is { FirstBadAt: { } first, LastBadAt: { } last })
            yield return $"first bad {first.UtcDateTime:HH:mm:ss.fff}, last bad {last.UtcDateTime:HH:mm:ss.fff}, {Durations.Text(last - first)} apart";
        foreach (var failure in report.Failures.Take(FailuresShown))
            yield return $"  {failure.At.UtcDateTime:HH:mm:ss.fff}  {failure.Request} {failure.Number}: {failure.Outcome}{(failure.Status is { } status ? $" {status}" : "")} {failure.Detail}".TrimEnd();
    }

    private static void Add(TextTable table, string name, LoadCounts counts) => table.Add(
        name, $"{counts.Ok}", $"{counts.ServerErrors}", $"{counts.Mismatched}", $"{counts.Resets}", $"{counts.Truncated}", $"{counts.Timeouts}", $"{counts.Refused}");

    private static string Number(double? value) => value is { } number ? number.ToString("0.0", CultureInfo.InvariantCulture) : "-";
}
