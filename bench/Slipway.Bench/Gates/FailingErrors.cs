using System.Globalization;
using Slipway.Releases.Evidence;

namespace Slipway.Bench.Gates;

/// <summary>Errors that rise from 0.1 % to 5 % at 5 candidate requests a second: how long until all traffic is with stable again.</summary>
internal static class FailingErrors
{
    private const double TotalPerSecond = 50;

    public static async IAsyncEnumerable<Figure> Measure(int runs, Action<string> progress, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        progress(string.Create(CultureInfo.InvariantCulture, $"  the most that any test can prove within the requests of 20 s at 0.1 % false alarms (Neyman and Pearson): {Bound():0.0} % of runs; hence stepping back before proof"));
        foreach (var (name, from, to) in ((string, double, double)[])[("from its first request", 0, 0), ("5 to 25 s into the bake", 5, 20)])
        {
            var outcomes = await ManyRuns.Play(runs, seed => Case(seed, from, to), progress, stop);
            var restored = Samples($"gates-restored-{from}", outcomes.Select(one => one.Restored));
            var undone = Samples($"gates-undone-{from}", outcomes.Select(one => one.Undone));
            var failed = Samples($"gates-failed-{from}", outcomes.Select(one => (TimeSpan?)TimeSpan.FromSeconds(one.Failed)));
            var detail = string.Create(CultureInfo.InvariantCulture, $"{outcomes.Count(one => one.Restored is null)} never; undone for good after {undone.Median:0} s, p99 {undone.Quantile(0.99):0} s; users met {failed.Median:0} failed requests, p99 {failed.Quantile(0.99):0}");
            yield return Figure.AtMost($"5 % errors {name}, to full restore, median of {runs} simulated", restored.Median, "s", 10, detail);
            yield return Figure.AtMost($"5 % errors {name}, to full restore, p99", restored.Quantile(0.99), "s", 20, $"slowest {restored.Max:0.0} s");
        }
    }

    // What no test at all can do better, in percent: the power of the most powerful one (Neyman and Pearson 1933) on the requests of 20 s.
    private static double Bound()
    {
        const int Requests = 100;
        const double Alarm = 0.001;
        var least = 1;
        while (Binomial.Tail(least, Requests, 0.001) > Alarm)
            least++;
        var rest = (Alarm - Binomial.Tail(least, Requests, 0.001)) / (Binomial.Tail(least - 1, Requests, 0.001) - Binomial.Tail(least, Requests, 0.001));
        return 100 * (Binomial.Tail(least, Requests, 0.05) + (rest * (Binomial.Tail(least - 1, Requests, 0.05) - Binomial.Tail(least, Requests, 0.05))));
    }

    private static SimulatedCase Case(int seed, double from, double spread) => new()
    {
        Seed = seed + 100_000,
        Rate = _ => _ => TotalPerSecond,
        Fault = (TimeSpan.FromSeconds(from + (spread * new Random(seed).NextDouble())), world => world.Behaviours["2"] = new() { ErrorRatio = 0.05 }),
    };

    // What never happened counts as longer than anything measured.
    private static Samples Samples(string name, IEnumerable<TimeSpan?> times)
    {
        var samples = new Samples(name);
        foreach (var time in times)
            samples.Add((time ?? TimeSpan.FromHours(1)).TotalSeconds);
        samples.Save();
        return samples;
    }
}
