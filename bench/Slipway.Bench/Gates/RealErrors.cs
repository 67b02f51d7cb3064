using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Slipway.Bench.Gates;

/// <summary>
/// Errors of 5 % at 5 candidate requests a second with real processes, a real gateway and open-loop users: from the first share of the
/// traffic to the record by which all of it goes back. Putting the table takes milliseconds more.
/// </summary>
internal static class RealErrors
{
    private const double TotalPerSecond = 50;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);
    private static readonly string[] Back = ["traffic-withdrawn", "roll-back-begun"];

    public static async Task<IReadOnlyList<Figure>> Measure(int runs, Action<string> progress, CancellationToken stop)
    {
        var manifest = BenchManifest.Of("{ strategy: canary, steps: [10, 100], bake: 2m }", "{ inconclusive: { after: 0s, then: hold } }");
        await using var stack = await Stack.Start(manifest, stop);
        await stack.Deploy(new() { ["FIXTURE_ERRORS"] = "0.001" }, "--version", "0");
        await using var traffic = Traffic.Mixed(await stack.Address(), TotalPerSecond, stop);
        var samples = new Samples("gates-real-errors");
        for (var run = 1; run <= runs; run++)
        {
            samples.Add(await Restored(stack, run, progress, stop));
            if (run % 5 == 0)
                progress($"  {run} of {runs}, median {samples.Median:0.0} s");
        }
        await traffic.End();
        samples.Save();
        return
        [
            Figure.AtMost($"5 % errors from its first request, to full restore, median of {runs} real", samples.Median, "s", 10),
            Figure.AtMost("the same, the slowest", samples.Max, "s", 20, string.Create(CultureInfo.InvariantCulture, $"p90 {samples.Quantile(0.9):0.0} s; one run in 170 shows no error at all in 20 s")),
        ];
    }

    private static async Task<double> Restored(Stack stack, int run, Action<string> progress, CancellationToken stop)
    {
        var (code, rollout) = await stack.Deploy(new() { ["FIXTURE_ERRORS"] = "0.05" }, "--version", $"{run}", "--wait", "none");
        if (code != 0)
            throw new InvalidOperationException($"The deploy was refused: {rollout}");
        DateTimeOffset? shifted = null;
        var began = Stopwatch.GetTimestamp();
        for (var since = 0L; Stopwatch.GetElapsedTime(began) < s_patience;)
        {
            foreach (var one in Events(await stack.Read($"/v1/events?after={since}&environment=bench")))
            {
                since = one.GetProperty("sequence").GetInt64();
                var kind = one.GetProperty("kind").GetString();
                var at = one.GetProperty("at").GetDateTimeOffset();
                var what = one.GetProperty("what").GetString()!;
                if (kind == "release-built" && what.Contains($"({run})", StringComparison.Ordinal))
                    shifted = DateTimeOffset.MaxValue;
                else if (shifted == DateTimeOffset.MaxValue && kind == "traffic-shifted")
                    shifted = at;
                else if (shifted < at && Back.Contains(kind))
                {
                    progress($"  {what}");
                    return await End(stack, (at - shifted.Value).TotalSeconds, stop);
                }
            }
            await Task.Delay(100, stop);
        }
        // What never happened counts as longer than anything measured.
        return await End(stack, TimeSpan.FromHours(1).TotalSeconds, stop);
    }

    // The next release begins beside a stable that has everything again.
    private static async Task<double> End(Stack stack, double seconds, CancellationToken stop)
    {
        await stack.Slipway("abort", "bench");
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < s_patience && (await stack.Status()).TryGetProperty("rollout", out var rollout) && rollout.ValueKind == JsonValueKind.Object && !IsOver(rollout))
            await Task.Delay(100, stop);
        return seconds;
    }

    private static bool IsOver(JsonElement rollout) => rollout.TryGetProperty("outcome", out var outcome) && outcome.ValueKind == JsonValueKind.String
        && rollout.GetProperty("phase").GetString() == "done";

    private static IEnumerable<JsonElement> Events(string answer) => answer.Split('\n').Where(line => line.StartsWith("data:", StringComparison.Ordinal))
        .Select(line => JsonDocument.Parse(line[5..]).RootElement.Clone());
}
