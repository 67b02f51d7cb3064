using System.Diagnostics;

namespace Slipway.Bench;

/// <summary>The README's first command as a newcomer runs it: in a fresh copy of the repository, and once more.</summary>
internal static class Demo
{
    public static async Task<IReadOnlyList<Figure>> Measure(CancellationToken stop)
    {
        var copy = Directory.CreateTempSubdirectory("slipway-bench-").FullName;
        await Run(Repository.Root, "git", ["clone", "-q", Repository.Root, copy], stop);
        var first = await Time(copy, stop);
        var again = await Time(copy, stop);
        Directory.Delete(copy, recursive: true);
        return
        [
            Figure.AtMost("the demo, first build included", first, "s", 240),
            Figure.AtMost("the demo, built before", again, "s", 90),
        ];
    }

    private static async Task<double> Time(string folder, CancellationToken stop)
    {
        var clock = Stopwatch.GetTimestamp();
        await Run(folder, "dotnet", ["tasks.cs", "demo", "--json"], stop);
        return Stopwatch.GetElapsedTime(clock).TotalSeconds;
    }

    private static async Task Run(string folder, string program, string[] arguments, CancellationToken stop)
    {
        var about = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(about)!;
        var output = process.StandardOutput.ReadToEndAsync(stop);
        var error = process.StandardError.ReadToEndAsync(stop);
        await process.WaitForExitAsync(stop);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.\n{await output}\n{await error}");
    }
}
