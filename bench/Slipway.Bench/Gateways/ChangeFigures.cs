using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Slipway.Gateway.Tables;

namespace Slipway.Bench.Gateways;

/// <summary>What is lost when something changes under load: routes, the gateway itself, its certificates.</summary>
internal static class ChangeFigures
{
    private const int RatePerSecond = 1000;

    public static async IAsyncEnumerable<Figure> Measure(string folder, int port, bool quick, Action<string> progress, [EnumeratorCancellation] CancellationToken stop)
    {
        await foreach (var figure in Switches(folder, port, quick ? 5 : 100, progress, stop))
            yield return figure;
        await foreach (var figure in Upgrades(folder, port + 1, quick ? 2 : 20, progress, stop))
            yield return figure;
    }

    private static async IAsyncEnumerable<Figure> Switches(string folder, int port, int count, Action<string> progress, [EnumeratorCancellation] CancellationToken stop)
    {
        progress($"{count} switches of routes under load, the instance before killed right after each:");
        var backend = await Backend.Start(stop);
        try
        {
            await using var proxy = await SlipwayProxy.Start(folder, port, backend.Port, stop, "switches");
            var home = SlipwayProxy.Home(folder, "switches");
            await SlipwayProxy.Put(home, SlipwayProxy.Table(2, null, backend.Port), stop);
            await using var traffic = await Begin(home, port, stop);
            List<double> took = [];
            for (var i = 0; i < count; i++)
            {
                var next = await Backend.Start(stop);
                took.Add((await SlipwayProxy.Put(home, SlipwayProxy.Table(3 + i, null, next.Port), stop)).TotalMilliseconds);
                // What it had before the switch it may finish: that is the drain of a release. Then it is killed, not ended.
                while (await InFlight(home, backend.Port, stop) > 0)
                    await Task.Delay(1, stop);
                await backend.DisposeAsync();
                backend = next;
            }
            var report = await traffic.End();
            foreach (var failure in report.Failures.Take(10))
                progress($"  {failure}");
            yield return Figure.Exactly($"requests lost over {count} switches", report.Bad, "requests", 0, $"of {report.Total.Ended:N0}: GET, POST with its body back, streams");
            took.Sort();
            yield return Figure.AtMost(
                "a switch, from the table put to its being live and on disk, the slowest", took[^1], "ms", 10,
                string.Create(CultureInfo.InvariantCulture, $"median {took[took.Count / 2]:0.0}, 95 of 100 within {took[took.Count * 95 / 100]:0.0} ms; the disk's own slowest for a flush {DiskAlone(folder, count):0.0} ms"));
        }
        finally
        {
            await backend.DisposeAsync();
        }
    }

    private static async IAsyncEnumerable<Figure> Upgrades(string folder, int port, int count, Action<string> progress, [EnumeratorCancellation] CancellationToken stop)
    {
        progress($"{count} self-upgrades and {count} certificates under load:");
        await using var backend = await Backend.Start(stop);
        var proxy = await SlipwayProxy.Start(folder, port, backend.Port, stop, "upgrades");
        try
        {
            var home = SlipwayProxy.Home(folder, "upgrades");
            await SlipwayProxy.Put(home, SlipwayProxy.Table(2, null, backend.Port), stop);
            await using var traffic = await Begin(home, port, stop);
            using var secure = new SecureTraffic(port + Proxy.TlsOffset);
            for (var i = 0; i < count; i++)
            {
                var next = await Proxy.Successor(proxy, [.. SlipwayProxy.Command(folder, home, port), "--upgrade", "on"], home, stop);
                await proxy.Ended();
                proxy = next;
                SlipwayProxy.WriteCertificate(folder);
                await secure.SeesNewCertificate(stop);
            }
            var report = await traffic.End();
            foreach (var failure in report.Failures.Take(10))
                progress($"  {failure}");
            var (asked, lost) = secure.End();
            yield return Figure.Exactly($"requests lost over {count} self-upgrades and {count} new certificates", report.Bad + lost, "requests", 0, $"of {report.Total.Ended:N0} plain and {asked:N0} by TLS, each of those on a connection of its own");
        }
        finally
        {
            await proxy.DisposeAsync();
        }
    }

    private static async Task<OwnTraffic> Begin(string home, int port, CancellationToken stop)
    {
        var before = await Carried(home, stop);
        var traffic = OwnTraffic.Start(new($"http://127.0.0.1:{port}"), RatePerSecond);
        while (await Carried(home, stop) < before + RatePerSecond)
        {
            if (traffic.HasEnded)
                throw new InvalidOperationException("slipway load ended before it had sent a second's requests.");
            await Task.Delay(10, stop);
        }
        return traffic;
    }

    private static async Task<long> Carried(string home, CancellationToken stop) => (await SlipwayProxy.Read(home, stop)).Releases.Sum(static one => one.Requests);

    // What no program can be faster than: one block of a file, written in place and flushed as often; in milliseconds.
    private static double DiskAlone(string folder, int count)
    {
        var path = Path.Combine(folder, "disk");
        InPlaceFile.Write(path, "a block"u8);
        var slowest = TimeSpan.Zero;
        for (var i = 0; i < count; i++)
        {
            var clock = Stopwatch.GetTimestamp();
            InPlaceFile.Write(path, "a block, with newlines to its end"u8);
            slowest = TimeSpan.FromTicks(Math.Max(slowest.Ticks, Stopwatch.GetElapsedTime(clock).Ticks));
        }
        return slowest.TotalMilliseconds;
    }

    private static async Task<int> InFlight(string home, int port, CancellationToken stop)
    {
        var reading = await SlipwayProxy.Read(home, stop);
        return reading.Instances.Where(one => one.Instance.ToString().Contains($"{port:x12}", StringComparison.Ordinal)).Sum(one => one.InFlight);
    }
}
