using System.Net;
using System.Net.Sockets;
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
    private readonly ReleaseEngine _engine;
    private readonly Journal _journal;

    private RunningControlPlane(WebApplication server, ReleaseEngine engine, Journal journal, TemporaryFolder folder, FakeWorld world)
    {
        (_server, _engine, _journal, Folder, World, Home) = (server, engine, journal, folder, world, new(folder.At("home")));
        Client = ClientOf(Home.Socket);
    }

    public TemporaryFolder Folder { get; }

    public FakeWorld World { get; }

    public Home Home { get; }

    /// <summary>Speaks over the Unix socket.</summary>
    public HttpClient Client { get; }

    /// <summary>The loopback listener's address.</summary>
    public Uri Loopback => new(_server.Urls.Single(url => url.StartsWith("http://127.0.0.1:", StringComparison.Ordinal)));

    public string Token => File.ReadAllText(Home.Token).Trim();

    public static async Task<RunningControlPlane> Start(bool listen = false)
    {
        var folder = new TemporaryFolder();
        var world = new FakeWorld();
        var home = Home.Open(folder.At("home"));
        var addresses = new ServerAddresses(
            ControlSocket.Claim(home), listen ? new(IPAddress.Loopback, 0) : null, listen ? AccessToken.Open(home) : null);
        var journal = Journal.Open(home.Folder, TimeProvider.System);
        var engine = new ReleaseEngine(world.Ports, journal, TimeProvider.System, _ => { });
        var parts = new ControlPlaneParts(new(home.Folder, DateTimeOffset.UtcNow), engine, new(engine.Start), journal, world.Ports);
        var server = ControlPlaneServer.Build(addresses, parts, NullLoggerFactory.Instance, TimeProvider.System);
        await server.StartAsync();
        await parts.Start.Run(CancellationToken.None);
        return new(server, engine, journal, folder, world);
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
        await _engine.DisposeAsync();
        await _journal.DisposeAsync();
        Folder.Dispose();
    }
}
