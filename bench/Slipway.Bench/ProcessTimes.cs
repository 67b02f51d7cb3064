using System.Diagnostics;

namespace Slipway.Bench;

/// <summary>Whole processes, from start to end, and what they hold in memory.</summary>
internal static class ProcessTimes
{
    /// <summary>Times several commands in turn, round by round, so that noise of the machine meets all of them alike.</summary>
    public static async Task<Samples[]> Interleaved(int rounds, CancellationToken stop, params (string Name, string Program, string[] Arguments)[] commands)
    {
        var samples = commands.Select(command => new Samples(command.Name)).ToArray();
        for (var round = -2; round < rounds; round++)
        {
            for (var i = 0; i < commands.Length; i++)
            {
                var about = new ProcessStartInfo(commands[i].Program, commands[i].Arguments)
                {
                    UseShellExecute = false,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                };
                var clock = Stopwatch.GetTimestamp();
                using var process = Process.Start(about)!;
                await process.WaitForExitAsync(stop);
                // One that refuses at once would seem quick.
                if (process.ExitCode != 0)
                    throw new InvalidOperationException($"{commands[i].Name} exits with {process.ExitCode}: {await process.StandardOutput.ReadToEndAsync(stop)}{await process.StandardError.ReadToEndAsync(stop)}");
                // The first two rounds only warm the file cache.
                if (round >= 0)
                    samples[i].Add(Stopwatch.GetElapsedTime(clock).TotalMilliseconds);
            }
        }
        return samples;
    }

    /// <summary>Memory that a process has resident, in megabytes (10^6 bytes), shared pages counted whole.</summary>
    public static double ResidentMegabytes(int id)
    {
        foreach (var line in File.ReadLines($"/proc/{id}/status"))
        {
            if (line.StartsWith("VmRSS:", StringComparison.Ordinal))
                return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024 / 1e6;
        }
        throw new InvalidOperationException($"Process {id} has ended.");
    }
}
