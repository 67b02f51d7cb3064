using System.Text;

namespace Slipway.Bench.Settings;

/// <summary>How long <c>slipway run</c> takes before the command runs: a whole process whose command does nothing.</summary>
internal static class RunBefore
{
    private const int Secrets = 10;

    public static async Task<IReadOnlyList<Figure>> Measure(int rounds, CancellationToken stop)
    {
        var courier = Path.Combine(Repository.Root, "examples", "courier", "slipway.yaml");
        var folder = Directory.CreateTempSubdirectory("slipway-bench-").FullName;
        var manifest = Path.Combine(folder, "slipway.yaml");
        await File.WriteAllTextAsync(manifest, WithSecrets(), stop);
        for (var i = 0; i < Secrets; i++)
            await Set(manifest, $"API__KEY_{i}", stop);
        var samples = await ProcessTimes.Interleaved(
            rounds,
            stop,
            ("slipway-run", Repository.Slipway, ["run", "-f", courier, "--", "true"]),
            ("slipway-run-secrets", Repository.Slipway, ["run", "-f", manifest, "--", "true"]),
            ("node-version", "node", ["--version"]),
            ("node-nothing", "node", ["-e", "0"]));
        Directory.Delete(folder, recursive: true);
        foreach (var sample in samples)
            sample.Save();
        var peer = $"node --version {samples[2].Median:0} ms, node -e 0 {samples[3].Median:0} ms";
        return
        [
            Figure.AtMost("slipway run of courier, before its command, median", samples[0].Median, "ms", 100, peer),
            Figure.AtMost($"slipway run with {Secrets} secrets of an encrypted store, median", samples[1].Median, "ms", 100, peer),
        ];
    }

    private static async Task Set(string manifest, string name, CancellationToken stop)
    {
        var about = new System.Diagnostics.ProcessStartInfo(Repository.Slipway, ["secrets", "set", name, "--generate", "-f", manifest]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = System.Diagnostics.Process.Start(about)!;
        await process.WaitForExitAsync(stop);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"slipway secrets set ended with {process.ExitCode}: {await process.StandardError.ReadToEndAsync(stop)}");
    }

    private static string WithSecrets()
    {
        var text = new StringBuilder("app: shop\nservices: { api: { run: ./api } }\nsettings:\n");
        for (var i = 0; i < Secrets; i++)
            text.Append($"  API__KEY_{i}: {{ secret: true, store: home, required: [local] }}\n");
        return text.ToString();
    }
}
