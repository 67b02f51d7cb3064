using System.Diagnostics;
using Slipway.Core.Settings;
using Slipway.Secrets;

namespace Slipway.Bench.Settings;

/// <summary>A large encrypted store: that it opens, how quickly, and that a torn write costs nothing but itself.</summary>
internal static class SecretStoreFigures
{
    private const int Secrets = 10_000;
    private const int Writers = 8;
    private const int WritesEach = 100;

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
        var (changes, lost) = await Damage(home, stop);
        var missing = await WriteAtOnce(new(Path.Combine(folder, "at-once")), stop);
        Directory.Delete(folder, recursive: true);
        return
        [
            Figure.Exactly($"secrets of {Secrets} that are read back", readable, "secrets", Secrets),
            Figure.AtMost($"opening the store and reading all {Secrets}", opened, "ms", 2000),
            Figure.Exactly($"stores torn at each of {cuts} bytes that do not open with the last whole version", wrong, "stores", 0),
            Figure.Exactly($"stores with one of {changes} bytes of a line changed that lose another version, or do not tell", lost, "stores", 0),
            Figure.Exactly($"versions missing after {Writers} writers kept {WritesEach} each at once", missing, "versions", 0),
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

    // Each byte of a line of a secret with three versions is changed; the others must be there, and the line be told.
    private static async Task<(int Changes, int Lost)> Damage(SecretHome home, CancellationToken stop)
    {
        var small = new SecretHome(Path.Combine(home.Folder, "damage"));
        using (var stores = SecretStores.Open(small))
        {
            foreach (var value in new[] { "one", "two", "three" })
                await stores.Home.Keep(Name(0), value, "bench", stop);
        }
        var whole = await File.ReadAllBytesAsync(small.File, stop);
        var begin = Array.IndexOf(whole, (byte)'\n') + 1;
        var end = Array.IndexOf(whole, (byte)'\n', begin);
        var lost = 0;
        for (var at = begin; at < end; at++)
        {
            var bytes = whole.ToArray();
            bytes[at] = bytes[at] == (byte)'7' ? (byte)'8' : (byte)'7';
            await File.WriteAllBytesAsync(small.File, bytes, stop);
            using var stores = SecretStores.Open(small);
            var others = await stores.Home.Read(new("home", Name(0), 2), stop) == "two" && await stores.Home.Read(new("home", Name(0), 3), stop) == "three";
            if (!others || await stores.Findings(stop) is not [var told] || !told.Contains(":2:", StringComparison.Ordinal))
                lost++;
        }
        return (end - begin, lost);
    }

    private static async Task<int> WriteAtOnce(SecretHome home, CancellationToken stop)
    {
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(
            async () =>
            {
                using var stores = SecretStores.Open(home);
                for (var i = 0; i < WritesEach; i++)
                    await stores.Home.Keep(Name(i % 10), $"{writer} {i}", "bench", stop);
            },
            stop)));
        using var all = SecretStores.Open(home);
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in await all.Home.List("", stop))
            found.Add(await all.Home.Read(entry.Version, stop));
        return (Writers * WritesEach) - found.Count;
    }

    private static string Name(int i) => $"production/SHOP__SECRET_{i}";
}
