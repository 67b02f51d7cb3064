using System.Diagnostics;
using System.Text;
using Slipway.ControlPlane.Hosting;

namespace Slipway.ControlPlane.Tests;

/// <summary>The program itself, as a process of its own.</summary>
internal sealed class StartedControlPlane : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _written = new();

    private StartedControlPlane(Process process, Home home)
    {
        (_process, Home) = (process, home);
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Client = RunningControlPlane.ClientOf(ControlSocket.PathOf(home, Path.GetTempPath()));
    }

    public Home Home { get; }

    public HttpClient Client { get; }

    public int Id => _process.Id;

    public string Written
    {
        get
        {
            lock (_written)
                return _written.ToString();
        }
    }

    public static StartedControlPlane Start(string home, params string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "slipway-control-plane.exe" : "slipway-control-plane");
        var about = new ProcessStartInfo(program, ["--home", home, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        return new(Process.Start(about)!, new(home));
    }

    public static async Task<StartedControlPlane> StartReady(string home, params string[] arguments)
    {
        var started = Start(home, arguments);
        await Eventually.Is(started.IsReady, "the control plane is ready");
        return started;
    }

    public async Task<bool> IsReady()
    {
        if (_process.HasExited)
            Assert.Fail($"It ended with exit code {_process.ExitCode}: {Written}");
        try
        {
            return (await Client.GetAsync("/ready")).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            // It does not listen yet.
            return false;
        }
    }

    public async Task<int> WaitForExit()
    {
        using var deadline = new CancellationTokenSource(Eventually.Deadline);
        await _process.WaitForExitAsync(deadline.Token);
        return _process.ExitCode;
    }

    /// <summary>SIGKILL: nothing of it can be tidied up.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited)
            await Kill();
        _process.Dispose();
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_written)
            _written.AppendLine(line.Data);
    }
}
