using System.Diagnostics;
using System.Globalization;

namespace Slipway.Bench.Gateways;

/// <summary>What the proxies stand in front of: an <see cref="OriginServer"/> that answers 1 KiB, 64 KiB, or two bytes after a body.</summary>
internal sealed class Origin : IDisposable
{
    public const string Small = "/";
    public const string Large = "/large";
    public const string Upload = "/upload";

    /// <summary>So far behind the first port it listens on another, for two releases cannot share one.</summary>
    public const int Second = 50;

    private readonly Process _process;

    private Origin(Process process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    /// <summary>Starts one on the clients' core and waits until it listens.</summary>
    public static async Task<Origin> Start(int port, CancellationToken stop)
    {
        string[] ports = [port.ToString(CultureInfo.InvariantCulture), (port + Second).ToString(CultureInfo.InvariantCulture)];
        var origin = new Origin(Process.Start(new ProcessStartInfo("taskset", ["-c", Cores.Others, Repository.Bench, OriginServer.Name, .. ports]) { UseShellExecute = false })!, port);
        try
        {
            await Listening.Wait(origin._process, port + Second, stop);
            return origin;
        }
        catch
        {
            origin.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }
}
