using System.Globalization;
using System.Runtime.CompilerServices;

namespace Slipway.Bench.Gateways;

/// <summary>The gateway beside nginx, HAProxy and Caddy, all in front of one origin, in turn and on the same cores.</summary>
internal static class GatewayFigures
{
    private const int Connections = 64;
    private const int FirstPort = 28_400;
    private const int SoakPort = 28_600;

    /// <param name="quick">Fewer and shorter rounds.</param>
    /// <param name="progress">Told what is going on.</param>
    /// <param name="stop">Ends the measurement.</param>
    public static async IAsyncEnumerable<Figure> Measure(bool quick, Action<string> progress, [EnumeratorCancellation] CancellationToken stop)
    {
        progress("Validation of requests, its judge alone:");
        foreach (var figure in ValidationFigures.Measure(progress))
            yield return figure;

        if (((string[])["taskset", "nginx", "haproxy", "caddy", "wrk"]).Where(program => !IsInstalled(program)).ToList() is { Count: > 0 } missing)
            throw new InvalidOperationException($"Not installed: {string.Join(", ", missing)}. On Debian: sudo apt-get install nginx haproxy caddy wrk util-linux");
        using var folder = new BenchFolder();
        foreach (var figure in StateFigures.Measure(folder.Path, quick, progress))
            yield return figure;
        SlipwayProxy.WriteCertificate(folder.Path);
        using var origin = await Origin.Start(FirstPort, stop);
        var (rounds, round, warmUp) = quick ? (1, TimeSpan.FromSeconds(1), TimeSpan.Zero) : (7, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4));
        var starts = new Func<Task<Proxy>>[]
        {
            () => SlipwayProxy.Start(folder.Path, FirstPort + 1, origin.Port, stop),
            () => Peers.Nginx(folder.Path, FirstPort + 2, origin.Port, stop),
            () => Peers.HAProxy(folder.Path, FirstPort + 3, origin.Port, stop),
            () => Peers.Caddy(folder.Path, FirstPort + 4, origin.Port, stop),
        };

        progress("The first second after a start, saturated:");
        var cold = await Cold(starts, quick ? 1 : 7, folder.Path, progress, stop);
        yield return Figure.AtLeast("requests in the first second after start, against nginx", Ratio(cold, 1, one => one.PerSecond), "x", 0.85, Median(cold, one => one.PerSecond, "requests"));
        yield return Figure.AtMost("from start to the first answer", cold.Select(one => one[0].First.TotalMilliseconds).Order().ElementAt(cold.Count / 2), "ms", 80);

        List<Proxy> proxies = [];
        try
        {
            foreach (var start in starts)
                proxies.Add(await start());
            foreach (var load in (Load[])[Load.Small, Load.Large, Load.Upload, Load.Secure])
            {
                progress($"{load.Name}, {Connections} connections:");
                var asked = load.IsSecure ? proxies[..2] : proxies;
                var worked = await Warm(asked, load, Connections, warmUp, rounds, round, folder.Path, progress, stop);
                var spent = Median(worked, one => one.MicrosecondsOfProcessor, "us");
                if (load == Load.Small)
                {
                    yield return Figure.AtMost("processor time for a request, 1 KiB, against nginx", Ratio(worked, 1, one => one.MicrosecondsOfProcessor), "x", 1, spent);
                    yield return Figure.AtMost("the same, against HAProxy", Ratio(worked, 2, one => one.MicrosecondsOfProcessor), "x", 1);
                    yield return Figure.AtLeast("requests a second on one core, against Caddy", Ratio(worked, 3, one => one.PerSecond), "x", 4, Median(worked, one => one.PerSecond, "requests/s"));
                }
                else
                {
                    yield return Figure.AtLeast($"{load.Name}: requests for the same processor time, against nginx", 1 / Ratio(worked, 1, one => one.MicrosecondsOfProcessor), "x", load == Load.Large ? 0.95 : load == Load.Upload ? 1.2 : 1, spent);
                }
                yield return Figure.Exactly($"{load.Name}: requests that failed", worked.Sum(one => one[0].Failed), "requests", 0);
            }
            var home = SlipwayProxy.Home(folder.Path, proxies[0].Name);
            yield return await AllocatedForRequest(proxies[0], folder.Path, round, stop);
            await Wrk.Run(proxies[0], Load.Small, 256, TimeSpan.FromSeconds(quick ? 1 : 5), folder.Path, stop);
            yield return Figure.AtMost("memory after 256 connections", proxies[0].Megabytes, "MB", 60);
            await foreach (var figure in LatencyFigures.Measure(quick ? proxies[..2] : proxies, origin.Port, quick ? 1 : 25, progress, stop))
                yield return figure;
        }
        finally
        {
            foreach (var proxy in proxies)
                await proxy.DisposeAsync();
        }
        yield return await IdleFigures.Measure(folder.Path, FirstPort + 20, origin.Port, stop);
        await foreach (var figure in ProtectionFigures.Measure(folder.Path, FirstPort + 21, origin.Port, warmUp, rounds, round, progress, stop))
            yield return figure;
        await foreach (var figure in ChangeFigures.Measure(folder.Path, FirstPort + 24, quick, progress, stop))
            yield return figure;
        await foreach (var figure in SoakFigures.Measure(folder.Path, FirstPort + 26, origin.Port, quick, progress, stop))
            yield return figure;
    }

    // Of two runs the longer against the shorter: connections and the asking take some as well, as much in both.
    private static async Task<Figure> AllocatedForRequest(Proxy proxy, string folder, TimeSpan time, CancellationToken stop)
    {
        var home = SlipwayProxy.Home(folder, proxy.Name);
        var (requests, bytes) = (new long[2], new long[2]);
        for (var i = 0; i < 2; i++)
        {
            var before = await SlipwayProxy.Allocated(home, stop);
            requests[i] = (await Wrk.Run(proxy, Load.Small, Connections, (1 + 2 * i) * time, folder, stop)).Requests;
            bytes[i] = await SlipwayProxy.Allocated(home, stop) - before;
        }
        var (more, taken) = (requests[1] - requests[0], bytes[1] - bytes[0]);
        return Figure.AtMost("memory that a plain request takes from the collector", Math.Max(0, (double)taken / more), "bytes", 1, $"{taken:N0} bytes over {more:N0} requests");
    }

    /// <summary>What is lost by changes, alone.</summary>
    public static async IAsyncEnumerable<Figure> Changes(bool quick, Action<string> progress, [EnumeratorCancellation] CancellationToken stop)
    {
        using var folder = new BenchFolder();
        SlipwayProxy.WriteCertificate(folder.Path);
        await foreach (var figure in ChangeFigures.Measure(folder.Path, SoakPort, quick, progress, stop))
            yield return figure;
    }

    /// <summary>The last of them alone.</summary>
    public static async IAsyncEnumerable<Figure> Soak(bool quick, Action<string> progress, [EnumeratorCancellation] CancellationToken stop)
    {
        using var folder = new BenchFolder();
        using var origin = await Origin.Start(SoakPort, stop);
        await foreach (var figure in SoakFigures.Measure(folder.Path, SoakPort + 1, origin.Port, quick, progress, stop))
            yield return figure;
    }

    private static bool IsInstalled(string program)
        => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));

    // All in turn, round by round, so that noise of the machine meets them alike.
    /// <summary>Warms each up, then measures them round by round.</summary>
    public static async Task<List<Worked[]>> Warm(List<Proxy> proxies, Load load, int connections, TimeSpan warmUp, int rounds, TimeSpan time, string folder, Action<string> progress, CancellationToken stop)
    {
        foreach (var proxy in warmUp > TimeSpan.Zero ? proxies : [])
            await Wrk.Run(proxy, load, connections, warmUp, folder, stop);
        List<Worked[]> worked = [];
        for (var round = 0; round < rounds; round++)
        {
            var row = new Worked[proxies.Count];
            for (var i = 0; i < proxies.Count; i++)
                row[i] = load == Load.Small ? await ClosedLoop.Ask(proxies[i], connections, time, stop) : await Wrk.Run(proxies[i], load, connections, time, folder, stop);
            worked.Add(row);
            progress("  " + string.Join("   ", row.Select((one, i) => string.Create(CultureInfo.InvariantCulture, $"{proxies[i].Name} {one.PerSecond,6:0}/s {one.MicrosecondsOfProcessor,5:0.0} us"))));
        }
        return worked;
    }

    private static async Task<List<(double PerSecond, TimeSpan First)[]>> Cold(Func<Task<Proxy>>[] starts, int rounds, string folder, Action<string> progress, CancellationToken stop)
    {
        List<(double, TimeSpan)[]> all = [];
        for (var round = 0; round < rounds; round++)
        {
            var row = new (double PerSecond, TimeSpan First)[starts.Length];
            for (var i = 0; i < starts.Length; i++)
            {
                await using var proxy = await starts[i]();
                row[i] = ((await Wrk.Run(proxy, Load.Small, Connections, TimeSpan.FromSeconds(1), folder, stop)).PerSecond, proxy.FirstAnswer);
            }
            all.Add(row);
            progress("  " + string.Join("   ", row.Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.PerSecond,6:0}/s after {one.First.TotalMilliseconds,4:0} ms"))));
        }
        return all;
    }

    /// <summary>The median over the rounds of ours over a peer's in the same round.</summary>
    public static double Ratio<T>(List<T[]> rounds, int peer, Func<T, double> value)
        => rounds.Select(round => value(round[0]) / value(round[peer])).Order().ElementAt(rounds.Count / 2);

    private static string Median<T>(List<T[]> rounds, Func<T, double> value, string unit)
        => string.Join(", ", ((string[])["Slipway", "nginx", "HAProxy", "Caddy"])[..rounds[0].Length].Select((name, i)
            => string.Create(CultureInfo.InvariantCulture, $"{name} {rounds.Select(round => value(round[i])).Order().ElementAt(rounds.Count / 2):0.0}"))) + $" {unit}";

    // A folder of its own under the machine's folder for such, gone with the measurement.
    private sealed class BenchFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("slipway-bench-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
