namespace Slipway.Bench.Settings;

/// <summary>How long the settings of a large application take to check, in every environment, as a whole process.</summary>
internal static class CheckAll
{
    private const int Services = 100;
    private const int Settings = 2000;

    public static async Task<IReadOnlyList<Figure>> Measure(int rounds, CancellationToken stop)
    {
        var folder = Directory.CreateTempSubdirectory("slipway-bench-").FullName;
        var manifest = Path.Combine(folder, "slipway.yaml");
        await File.WriteAllTextAsync(manifest, LargeManifest.Of(Services, Settings), stop);
        var samples = await ProcessTimes.Interleaved(
            rounds,
            stop,
            ("slipway-check-all", Repository.Slipway, ["check", "--all", "-f", manifest]),
            ("node-version", "node", ["--version"]),
            ("node-nothing", "node", ["-e", "0"]));
        Directory.Delete(folder, recursive: true);
        foreach (var sample in samples)
            sample.Save();
        return
        [
            Figure.AtMost(
                $"slipway check --all, {Services} services x 4 environments x {Settings} settings, median", samples[0].Median, "ms", 200,
                $"node --version {samples[1].Median:0} ms, node -e 0 {samples[2].Median:0} ms"),
        ];
    }
}
