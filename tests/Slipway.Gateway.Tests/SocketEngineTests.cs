using static Slipway.Gateway.Tests.Tables;

namespace Slipway.Gateway.Tests;

/// <summary>The way back, and the way where there is no epoll. SLIPWAY_GATEWAY_EPOLL=0 before all tests tries everything on it.</summary>
public sealed class SocketEngineTests
{
    [Fact]
    public async Task The_frameworks_sockets_carry_requests_uploads_and_the_end()
    {
        await using var backend = RawBackend.Each(async (peer, head) =>
        {
            var body = await peer.Read(head.StartsWith("POST", StringComparison.Ordinal) ? 100_000 : 0);
            await peer.Send($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        });
        await using var gateway = await GatewayProcess.StartOnSockets();
        await gateway.Put(Service("web", Release(Blue, 1, backend.Port)));
        using var client = await RawPeer.Connect(gateway.Port);
        var body = new string('b', 100_000);
        for (var i = 0; i < 3; i++)
        {
            Assert.StartsWith("HTTP/1.1 200", await client.Ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
            Assert.EndsWith(body, await client.Ask($"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
        }
        Assert.Equal(1, backend.Connections);
        gateway.Terminate();
        Assert.Equal("", await client.ReadToEnd());
        Assert.Equal(0, await gateway.Exit());
    }
}
