using System.Globalization;
using System.Runtime.CompilerServices;

namespace Slipway.Bench.Gateways;

/// <summary>Full load for long: whether memory grows, and whether anything fails.</summary>
internal static class SoakFigures
{
    private const int Connections = 256;

    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(5);

    public static async IAsyncEnumerable<Figure> Measure(string folder, int port, int origin, bool quick, Action<string> progress, [EnumeratorCancellation] CancellationToken stop)
    {
        var (pieces, piece) = quick ? (6, TimeSpan.FromSeconds(1)) : (30, TimeSpan.FromMinutes(1));
        progress($"Soak: {pieces * piece.TotalMinutes:0.#} min of full load, uploads and large answers among it:");
        await using var proxy = await SlipwayProxy.Start(folder, port, origin, stop, "soak");
        List<double> memory = [];
        var (asked, failed) = (0L, 0L);
        // Warm: the collector has come around, old objects and young. It comes by what was allocated, and that is by connections: those
        // of hours, a few seconds each at full load.
        foreach (var load in (Load[])[Load.Closing, Load.Upload, Load.Large, Load.Closing, Load.Upload, Load.Large])
            failed += (await Wrk.Run(proxy, load, Connections, quick ? piece : s_warmUp, folder, stop)).Failed;
        progress(string.Create(CultureInfo.InvariantCulture, $"  warm: {proxy.OwnMegabytes:0.0} MB"));
        for (var i = 0; i < pieces; i++)
        {
            var worked = await Wrk.Run(proxy, (i % 3) switch { 0 => Load.Small, 1 => Load.Upload, _ => Load.Large }, Connections, piece, folder, stop);
            (asked, failed) = (asked + worked.Requests, failed + worked.Failed);
            memory.Add(proxy.OwnMegabytes);
            progress(string.Create(CultureInfo.InvariantCulture, $"  {(i + 1) * piece.TotalMinutes:0.#} min: {memory[^1]:0.0} MB, {asked:N0} requests, {failed} failed"));
        }
        // The first three pieces bring each kind of load once; from there on it must stay.
        yield return Figure.AtMost("own memory at the end of the soak, over that after its first tenth", memory[^3..].Max() / memory[..Math.Max(3, pieces / 10)].Max(), "x", 1.05, string.Create(CultureInfo.InvariantCulture, $"{memory[^1]:0.0} MB"));
        // What leaks grows without end: this tells it from what is only slow to fill.
        var third = pieces / 3;
        yield return Figure.AtMost("own memory in the last third of the soak, over that in the second", memory[^third..].Max() / memory[third..^third].Max(), "x", 1.05);
        yield return Figure.Exactly("requests that failed in it", failed, "requests", 0, $"of {asked:N0}");
    }
}
