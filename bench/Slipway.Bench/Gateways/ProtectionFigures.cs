using System.Runtime.CompilerServices;
using Slipway.Core.Manifests;

namespace Slipway.Bench.Gateways;

/// <summary>What the limit and the judge of requests cost: three gateways of ours, with neither and with one of them, in turn.</summary>
internal static class ProtectionFigures
{
    private const int Connections = 64;

    public static async IAsyncEnumerable<Figure> Measure(string folder, int port, int origin, TimeSpan warmUp, int rounds, TimeSpan time, Action<string> progress, [EnumeratorCancellation] CancellationToken stop)
    {
        progress("Protections, a browser's request with a query and twelve fields:");
        await using var plain = await SlipwayProxy.Start(folder, port, origin, stop, "plain");
        await using var limited = await SlipwayProxy.Start(folder, port + 1, origin, stop, "limited", new() { Limit = new(1_000_000, TimeSpan.FromSeconds(1), 1_000_000, LimitBy.Client, null) });
        await using var judged = await SlipwayProxy.Start(folder, port + 2, origin, stop, "judged", new() { Validation = new(ValidationMode.Block, null) });
        var worked = await GatewayFigures.Warm([plain, limited, judged], Load.Browser, Connections, warmUp, rounds, time, folder, progress, stop);
        double Cost(int one) => worked.Select(row => 100 * (1 - row[0].MicrosecondsOfProcessor / row[one].MicrosecondsOfProcessor)).Order().ElementAt(rounds / 2);
        yield return Figure.AtMost("throughput that the limiter costs", Cost(1), "%", 10);
        yield return Figure.AtMost("throughput that validation costs", Cost(2), "%", 10);
        yield return Figure.Exactly("requests refused or failed meanwhile", worked.Sum(row => row.Sum(one => one.Failed)), "requests", 0);
    }
}
