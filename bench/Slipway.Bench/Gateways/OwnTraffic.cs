using System.Diagnostics;
using System.Text.Json;
using Slipway.Cli.Load;

namespace Slipway.Bench.Gateways;

/// <summary>The traffic of <see cref="Traffic.Mixed"/> from a process of its own, <c>slipway load</c>, kept off the proxy's core.</summary>
internal sealed class OwnTraffic : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _said;

    private OwnTraffic(Process process) => (_process, _said) = (process, process.StandardOutput.ReadToEndAsync());

    /// <summary>Starts it; its first request comes a moment later.</summary>
    /// <param name="target">Where the fixture is reached.</param>
    /// <param name="ratePerSecond">Requests that fall due each second.</param>
    public static OwnTraffic Start(Uri target, int ratePerSecond)
        => new(Process.Start(new ProcessStartInfo("taskset",
        [
            "-c", Cores.Others, Repository.Slipway, "load", new Uri(target, "/hello").ToString(), "--json", "--rate", $"{ratePerSecond}", "--duration", "15m",
            "--mix", "get=80,upload=10,stream=10", "--upload-path", "/echo", "--upload-bytes", "8192", "--echo", "--stream-path", "/stream?n=5&ms=2",
        ])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!);

    /// <summary>Whether it has ended by itself, which it does only when something is wrong.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>Ends it; gives what it has counted.</summary>
    public async Task<LoadReport> End()
    {
        using (var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]))
            await kill.WaitForExitAsync();
        var said = await _said;
        await _process.WaitForExitAsync();
        return JsonSerializer.Deserialize(said, LoadJson.Default.LoadReport) ?? throw new InvalidOperationException($"slipway load said: {said}");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
        return default;
    }
}
