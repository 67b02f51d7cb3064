using System.Diagnostics;
using Slipway.Core.Settings;
using Slipway.Secrets;

namespace Slipway.Bench.Settings;

/// <summary>A large encrypted store: that it opens, how quickly, and that a torn write costs nothing but itself.</summary>
internal static class SecretStoreFigures
{
    private const int Secrets = 10_000;

    public static async Task<IReadOnlyList<Figure>> Measure(Action<string> progress, CancellationToken stop)
    {
        var folder = Directory.CreateTempSubdirectory("slipway-bench-").FullName;
        var home = new SecretHome(folder);
        progress($"  writing {Secrets} secrets, each flushed to disk");
        using (var stores = SecretStores.Open(home))
        {
            for (var i = 0; i < Secrets; i++)
                await stores.Home.Keep(Name(i), $"value of secret {i}", "bench", stop);
        }
        var clock = Stopwatch.StartNew();
        var readable = await Readable(home, stop);
        var opened = clock.Elapsed.TotalMilliseconds;
        var (cuts, wrong) = await Tear(home, stop);
        Directory.Delete(folder, recursive: true);
        return
        [
            Figure.Exactly($"secrets of {Secrets} that are read back", readable, "secrets", Secrets),
            Figure.AtMost($"opening the store and reading all {Secrets}", opened, "ms", 2000),
            Figure.Exactly($"stores torn at each of {cuts} bytes that do not open with the last whole version", wrong, "stores", 0),
        ];
    }

    private static async Task<int> Readable(SecretHome home, CancellationToken stop)
    {
        using var stores = SecretStores.Open(home);
        var count = 0;
        for (var i = 0; i < Secrets; i++)
        {
            if (await stores.Home.Latest(Name(i), stop) is { } latest && await stores.Home.Read(latest, stop) == $"value of secret {i}")
                count++;
        }
        return count;
    }

    // The last write is cut at each of its bytes; then the store must open as before it, take a new version, and lose nothing.
    private static async Task<(int Cuts, int Wrong)> Tear(SecretHome home, CancellationToken stop)
    {
        var before = new FileInfo(home.File).Length;
        using (var stores = SecretStores.Open(home))
            await stores.Home.Keep(Name(0), "the second value", "bench", stop);
        var whole = await File.ReadAllBytesAsync(home.File, stop);
        var wrong = 0;
        for (var length = before; length <= whole.Length; length++)
        {
            await File.WriteAllBytesAsync(home.File, whole[..(int)length], stop);
            using var stores = SecretStores.Open(home);
            var isWhole = length == whole.Length;
            var latest = await stores.Home.Latest(Name(0), stop);
            var asBefore = latest?.Version == (isWhole ? 2 : 1) && await stores.Home.Read(latest, stop) == (isWhole ? "the second value" : "value of secret 0");
            var next = await stores.Home.Keep(Name(1), "another value", "bench", stop);
            using var again = SecretStores.Open(home);
            if (!asBefore || await again.Home.Read(next, stop) != "another value" || await again.Home.Read(new SecretVersion("home", Name(Secrets - 1), 1), stop) != $"value of secret {Secrets - 1}")
                wrong++;
        }
        return ((int)(whole.Length - before + 1), wrong);
    }

    private static string Name(int i) => $"production/SHOP__SECRET_{i}";
}
