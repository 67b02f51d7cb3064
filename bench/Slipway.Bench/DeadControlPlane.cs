using System.Diagnostics;

namespace Slipway.Bench;

/// <summary>SIGKILL of the control plane under load: what users lose, and how soon the next one has everything again.</summary>
internal static class DeadControlPlane
{
    public static async Task<IReadOnlyList<Figure>> Measure(int kills, CancellationToken stop)
    {
        var manifest = BenchManifest.Of("{ strategy: blue-green, bake: 500ms }", "{ inconclusive: { after: 0s, then: proceed } }");
        await using var stack = await Stack.Start(manifest, stop);
        await stack.Deploy([], "--version", "0");
        var instances = await Ready(stack);
        await using var traffic = Traffic.Mixed(await stack.Address(), 500, stop);
        var samples = new Samples("adoption");
        for (var kill = 0; kill < kills; kill++)
        {
            await stack.KillControlPlane();
            await Task.Delay(TimeSpan.FromMilliseconds(500), stop);
            var clock = Stopwatch.GetTimestamp();
            await stack.StartControlPlane();
            while (!(await Ready(stack)).SequenceEqual(instances))
                await Task.Delay(10, stop);
            samples.Add(Stopwatch.GetElapsedTime(clock).TotalMilliseconds);
        }
        var report = await traffic.End();
        samples.Save();
        return
        [
            Figure.Exactly($"requests lost over {kills} kills of the control plane, of {report.Total.Ended}", report.Bad, "requests", 0),
            Figure.AtMost("from its restart until it has adopted everything, slowest", samples.Max, "ms", 2000, $"median {samples.Median:0} ms"),
        ];
    }

    // The same processes, ready again: an instance that was started anew would have another start time.
    private static async Task<List<string>> Ready(Stack stack)
        => (await stack.Status()).GetProperty("instances").EnumerateArray()
            .Where(instance => instance.GetProperty("phase").GetString() == "ready")
            .Select(instance => $"{instance.GetProperty("id")} {instance.GetProperty("startedAt").GetDateTimeOffset():s}")
            .Order(StringComparer.Ordinal).ToList();
}
