using System.Globalization;
using System.Runtime.CompilerServices;

namespace Slipway.Bench.Gateways;

/// <summary>Full load for long: whether memory grows, and whether anything fails.</summary>
internal static class SoakFigures
{
    private const int WarmUps = 12;

    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(5);

    public static async IAsyncEnumerable<Figure> Measure(string folder, int port, int origin, bool quick, Action<string> progress, [EnumeratorCancellation] CancellationToken stop)
    {
        var (pieces, piece) = quick ? (6, TimeSpan.FromSeconds(1)) : (30, TimeSpan.FromMinutes(1));
        progress($"Soak: {pieces * piece.TotalMinutes:0.#} min of full load, uploads and large answers among it:");
        await using var proxy = await SlipwayProxy.Start(folder, port, origin, stop, "soak");
        List<double> memory = [];
        var (asked, failed) = (0L, 0L);
        async Task<Worked> Piece(int number, TimeSpan time)
            => await Wrk.Run(proxy, (number % 3) switch { 0 => Load.Small, 1 => Load.Upload, _ => Load.Large }, 256, time, folder, stop);
        // Warm: until the collector has come around for the first time, which depends on connections that were made, not on time.
        for (var i = 0; i < WarmUps; i++)
            failed += (await Piece(i, quick ? piece : s_warmUp)).Failed;
        progress(string.Create(CultureInfo.InvariantCulture, $"  warm: {proxy.OwnMegabytes:0.0} MB"));
        for (var i = 0; i < pieces; i++)
        {
            var worked = await Piece(i, piece);
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
