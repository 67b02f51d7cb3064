using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Slipway.Gateway.Tests;

/// <summary>A real Redis of a test's own.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("redis").FullName;
    private readonly string? _password;
    private Process _process;

    private RedisServer(int port, string? password)
    {
        (Port, _password) = (port, password);
        _process = Launch();
    }

    public int Port { get; }

    public static async Task<RedisServer> Start(string? password = null)
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        var server = new RedisServer(port, password);
        await server.Listens();
        return server;
    }

    /// <summary>Ends it, as when its machine goes away.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    public async Task StartAgain()
    {
        _process = Launch();
        await Listens();
    }

    public async ValueTask DisposeAsync()
    {
        await Kill();
        Directory.Delete(_folder, recursive: true);
    }

    private Process Launch()
    {
        string[] secret = _password is null ? [] : ["--requirepass", _password];
        return Process.Start(new ProcessStartInfo("redis-server", ["--port", $"{Port}", "--bind", "127.0.0.1", "--save", "", "--dir", _folder, .. secret]) { RedirectStandardOutput = true, UseShellExecute = false })!;
    }

    private Task Listens() => Eventually.True(
        () =>
        {
            try
            {
                using var client = new TcpClient("127.0.0.1", Port);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        },
        "Redis listens");
}
