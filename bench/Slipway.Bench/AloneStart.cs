using System.Diagnostics;

namespace Slipway.Bench;

/// <summary>How long the bench's instances take to start without Slipway: what no release can be quicker than.</summary>
internal static class AloneStart
{
    /// <summary>Starts so many at once, and gives the time until each of them is ready.</summary>
    public static async Task<double> Milliseconds(int instances, CancellationToken stop)
    {
        var clock = Stopwatch.GetTimestamp();
        var started = Enumerable.Range(0, instances).Select(_ => Start()).ToList();
        using var client = new HttpClient();
        foreach (var (_, port) in started)
        {
            while (!await IsReady(client, port, stop))
                await Task.Delay(5, stop);
        }
        var took = Stopwatch.GetElapsedTime(clock).TotalMilliseconds;
        foreach (var (process, _) in started)
        {
            process.Kill();
            await process.WaitForExitAsync(stop);
            process.Dispose();
        }
        return took;
    }

    private static (Process Process, int Port) Start()
    {
        var port = LocalPort.Free();
        var about = new ProcessStartInfo(Repository.Fixture) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        about.Environment["PORT"] = $"{port}";
        return (Process.Start(about)!, port);
    }

    private static async Task<bool> IsReady(HttpClient client, int port, CancellationToken stop)
    {
        try
        {
            using var answer = await client.GetAsync($"http://127.0.0.1:{port}/ready", stop);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            // It does not listen yet.
            return false;
        }
    }
}
