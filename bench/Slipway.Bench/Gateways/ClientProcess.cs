using System.Diagnostics;
using System.Globalization;

namespace Slipway.Bench.Gateways;

/// <summary>A subcommand of this program that asks a proxy, on the clients' core.</summary>
internal static class ClientProcess
{
    /// <summary>Runs it to its end; gives the numbers that it prints.</summary>
    /// <exception cref="InvalidOperationException">It failed, as when a connection was closed or an answer was not 200.</exception>
    public static async Task<double[]> Run(CancellationToken stop, string name, params int[] arguments)
    {
        string[] command = ["-c", Cores.Others, Repository.Bench, name, .. arguments.Select(one => one.ToString(CultureInfo.InvariantCulture))];
        using var process = Process.Start(new ProcessStartInfo("taskset", command) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var said = await process.StandardOutput.ReadToEndAsync(stop);
        await process.WaitForExitAsync(stop);
        return process.ExitCode == 0
            ? Array.ConvertAll(said.Split(' '), one => double.Parse(one, CultureInfo.InvariantCulture))
            : throw new InvalidOperationException($"The client of port {arguments[0]} ended with exit code {process.ExitCode}.");
    }
}
