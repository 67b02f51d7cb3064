using System.Globalization;

namespace Slipway.Bench.Gateways;

/// <summary>Latency under a steady load that does not wait for answers, straight to the origin and through each proxy, in turn.</summary>
internal static class LatencyFigures
{
    private const int Connections = 64;

    // Short and many: a machine that is taken away for some milliseconds decides the 99th percentile of the second in which that
    // happens, for whoever is measured then, and the median over many seconds does not hear of it.
    private static readonly TimeSpan s_round = TimeSpan.FromSeconds(1);

    public static async IAsyncEnumerable<Figure> Measure(List<Proxy> proxies, int origin, int rounds, Action<string> progress, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        progress("Latency, a steady load:");
        var (slow, fast) = (new List<(double P50, double P99)[]>(), new List<(double P50, double P99)[]>());
        for (var round = 0; round < rounds; round++)
        {
            slow.Add([await OpenLoop.Ask(origin, 2000, Connections, s_round, stop), .. await Each(proxies, 2000, stop)]);
            fast.Add(await Each(proxies, 8000, stop));
            progress("  2,000/s p50: origin, " + Line(slow[^1], one => one.P50) + "   8,000/s p99: " + Line(fast[^1], one => one.P99));
        }
        // Round by round, as all that is compared here: what the machine does in a round meets all of them in it.
        yield return Figure.AtMost("p99 at 8,000 requests a second on one core, against nginx", GatewayFigures.Ratio(fast, 1, one => one.P99), "x", 1, Peers(proxies, fast, one => one.P99));
        var added = slow.ConvertAll(row => Array.ConvertAll(row[1..], one => one.P50 - row[0].P50));
        yield return Figure.AtMost("added p50 at 2,000 requests a second, against nginx", GatewayFigures.Ratio(added, 1, one => one), "x", 1, Peers(proxies, added, one => one));
    }

    private static async Task<(double, double)[]> Each(List<Proxy> proxies, int rate, CancellationToken stop)
    {
        var row = new (double, double)[proxies.Count];
        for (var i = 0; i < row.Length; i++)
            row[i] = await OpenLoop.Ask(proxies[i].Port, rate, Connections, s_round, stop);
        return row;
    }

    private static string Line((double P50, double P99)[] row, Func<(double P50, double P99), double> value)
        => string.Join(" ", row.Select(one => string.Create(CultureInfo.InvariantCulture, $"{value(one):0.000}"))) + " ms";

    private static string Peers<T>(List<Proxy> proxies, List<T[]> rounds, Func<T, double> value)
        => string.Join(", ", proxies.Select((proxy, i) => string.Create(CultureInfo.InvariantCulture, $"{proxy.Name} {rounds.Select(row => value(row[i])).Order().ElementAt(rounds.Count / 2):0.000}"))) + " ms";
}
