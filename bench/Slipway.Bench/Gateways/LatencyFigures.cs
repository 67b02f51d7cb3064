using System.Globalization;

namespace Slipway.Bench.Gateways;

/// <summary>Latency under a steady load that does not wait for answers, straight to the origin and through each proxy, in turn.</summary>
internal static class LatencyFigures
{
    private const int Connections = 64;

    public static async IAsyncEnumerable<Figure> Measure(List<Proxy> proxies, int origin, int rounds, TimeSpan time, Action<string> progress, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        progress("Latency, a steady load:");
        var (slow, fast) = (new List<(double P50, double P99)[]>(), new List<(double P50, double P99)[]>());
        for (var round = 0; round < rounds; round++)
        {
            slow.Add([await OpenLoop.Ask(origin, 2000, Connections, time, stop), .. await Each(proxies, 2000, time, stop)]);
            fast.Add(await Each(proxies, 8000, time, stop));
            progress("  2,000/s p50: origin, " + Line(slow[^1], one => one.P50) + "   8,000/s p99: " + Line(fast[^1], one => one.P99));
        }
        var ours = fast.Select(row => row[0].P99).Order().ElementAt(rounds / 2);
        yield return new("p99 at 8,000 requests a second on one core", Math.Round(ours, 3), "ms", "<= nginx", Peers(proxies, fast, one => one.P99), ours <= fast.Select(row => row[1].P99).Order().ElementAt(rounds / 2));
        double Added(int proxy) => slow.Select(row => row[proxy + 1].P50 - row[0].P50).Order().ElementAt(rounds / 2);
        yield return new("added p50 at 2,000 requests a second", Math.Round(Added(0), 3), "ms", "<= nginx",
            string.Join(", ", proxies.Select((proxy, i) => string.Create(CultureInfo.InvariantCulture, $"{proxy.Name} {Added(i):0.000}"))) + " ms", Added(0) <= Added(1));
    }

    private static async Task<(double, double)[]> Each(List<Proxy> proxies, int rate, TimeSpan time, CancellationToken stop)
    {
        var row = new (double, double)[proxies.Count];
        for (var i = 0; i < row.Length; i++)
            row[i] = await OpenLoop.Ask(proxies[i].Port, rate, Connections, time, stop);
        return row;
    }

    private static string Line((double P50, double P99)[] row, Func<(double P50, double P99), double> value)
        => string.Join(" ", row.Select(one => string.Create(CultureInfo.InvariantCulture, $"{value(one):0.000}"))) + " ms";

    private static string Peers(List<Proxy> proxies, List<(double P50, double P99)[]> rounds, Func<(double P50, double P99), double> value)
        => string.Join(", ", proxies.Select((proxy, i) => string.Create(CultureInfo.InvariantCulture, $"{proxy.Name} {rounds.Select(row => value(row[i])).Order().ElementAt(rounds.Count / 2):0.000}"))) + " ms";
}
