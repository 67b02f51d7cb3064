namespace Slipway.Bench;

/// <summary>How long the command line takes as a whole process.</summary>
internal static class StartUp
{
    public static async Task<IReadOnlyList<Figure>> Measure(int rounds, CancellationToken stop)
    {
        var folder = Directory.CreateTempSubdirectory("slipway-bench-").FullName;
        var manifest = Path.Combine(folder, "slipway.yaml");
        await File.WriteAllTextAsync(manifest, LargeManifest.Of(services: 100), stop);
        var samples = await ProcessTimes.Interleaved(
            rounds,
            stop,
            ("slipway-version", Repository.Slipway, ["--version"]),
            ("slipway-check", Repository.Slipway, ["check", "-f", manifest]),
            ("node-version", "node", ["--version"]),
            ("node-nothing", "node", ["-e", "0"]));
        Directory.Delete(folder, recursive: true);
        foreach (var sample in samples)
            sample.Save();
        var node = $"node --version {samples[2].Median:0} ms, node -e 0 {samples[3].Median:0} ms";
        return
        [
            Figure.AtMost("slipway --version, whole process, median", samples[0].Median, "ms", 45, node),
            Figure.AtMost("slipway check of 100 services, whole process, median", samples[1].Median, "ms", 110, node),
        ];
    }
}
