using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging.Abstractions;
using Slipway.ControlPlane.Callers;
using Slipway.ControlPlane.Hosting;
using Slipway.Releases;
using Slipway.Releases.Journals;

namespace Slipway.ControlPlane.Tests;

/// <summary>A control plane in this process: the real server on a Unix socket and, when asked for, on loopback.</summary>
internal sealed class RunningControlPlane : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly TemporaryFolder _folder;

    private RunningControlPlane(WebApplication server, TemporaryFolder folder, Home home)
    {
        (_server, _folder, Home) = (server, folder, home);
        Client = ClientOf(home.Socket);
    }

    public Home Home { get; }

    /// <summary>Speaks over the Unix socket.</summary>
    public HttpClient Client { get; }

    /// <summary>The loopback listener's address.</summary>
    public Uri Loopback => new(_server.Urls.Single(url => url.StartsWith("http://127.0.0.1:", StringComparison.Ordinal)));

    public string Token => File.ReadAllText(Home.Token).Trim();

    public static async Task<RunningControlPlane> Start(bool listen = false)
    {
        var folder = new TemporaryFolder();
        var home = Home.Open(folder.At("home"));
        var addresses = new ServerAddresses(
            ControlSocket.Claim(home), listen ? new(IPAddress.Loopback, 0) : null, listen ? AccessToken.Open(home) : null);
        var journal = (Journal)RuntimeHelpers.GetUninitializedObject(typeof(Journal));
        var world = new FakeWorld();
        var ports = world.Ports;
        var engine = new ReleaseEngine(ports, journal, TimeProvider.System, _ => { });
        var parts = new ControlPlaneParts(new(home.Folder, DateTimeOffset.UtcNow), engine, new(_ => Task.CompletedTask), journal, ports);
        var server = ControlPlaneServer.Build(addresses, parts, NullLoggerFactory.Instance, TimeProvider.System);
        await server.StartAsync();
        await parts.Start.Run(CancellationToken.None);
        return new(server, folder, home);
    }

    public static HttpClient ClientOf(string socketPath)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        return new(handler) { BaseAddress = new("http://slipway"), Timeout = Eventually.Deadline };
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.StopAsync();
        await _server.DisposeAsync();
        _folder.Dispose();
    }
}
