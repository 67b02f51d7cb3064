using System.Diagnostics;

namespace Slipway.Bench.Gateways;

/// <summary>An instance that can be killed: the test fixture on a port of its own, its start behind it.</summary>
internal sealed class Backend : IAsyncDisposable
{
    private readonly Process _process;

    private Backend(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    public static async Task<Backend> Start(CancellationToken stop)
    {
        var port = LocalPort.Free();
        var about = new ProcessStartInfo("taskset", ["-c", Cores.Others, Repository.Fixture]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        about.Environment["PORT"] = $"{port}";
        var process = Process.Start(about)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await Listening.Wait(process, port, stop);
        var backend = new Backend(process, port);
        await backend.Settles(stop);
        return backend;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    // Until it rests: what it compiles after its start would take the processor from what is measured, and does so nowhere where
    // an instance is healthy for a while before it gets traffic.
    private async Task Settles(CancellationToken stop)
    {
        using var client = new HttpClient { BaseAddress = new($"http://127.0.0.1:{Port}") };
        foreach (var path in (string[])["/hello", "/stream?n=5&ms=2", "/hello"])
            await client.GetStringAsync(path, stop);
        var spent = TimeSpan.Zero;
        while (_process.TotalProcessorTime is var now && now != spent)
        {
            spent = now;
            await Task.Delay(100, stop);
            _process.Refresh();
        }
    }
}
