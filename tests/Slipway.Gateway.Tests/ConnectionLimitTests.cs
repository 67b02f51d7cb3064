using static Slipway.Gateway.Tests.Tables;

namespace Slipway.Gateway.Tests;

public sealed class ConnectionLimitTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

    [Fact]
    public async Task One_address_has_no_more_connections_than_it_may_and_gets_them_back()
    {
        await using var backend = RawBackend.Saying("ok");
        await using var gateway = await GatewayProcess.Start(null, "--client-connections", "2");
        await gateway.Put(Service("web", Release(Blue, 1, backend.Port)));
        using var one = await RawPeer.Connect(gateway.Port);
        var two = await RawPeer.Connect(gateway.Port);
        Assert.EndsWith("ok", await one.Ask(Get));
        Assert.EndsWith("ok", await two.Ask(Get));
        using var three = await RawPeer.Connect(gateway.Port);
        Assert.StartsWith("HTTP/1.1 429", await three.ReadAnswer());
        Assert.Equal("", await three.ReadToEnd());
        Assert.Contains("refusals_total{reason=\"Connections\"} 1", await gateway.Admin.GetStringAsync("metrics"));
        two.Dispose();
        await Eventually.True(
            async () =>
            {
                using var again = await RawPeer.Connect(gateway.Port);
                return (await again.Ask(Get)).EndsWith("ok", StringComparison.Ordinal);
            },
            () => "the place is free again");
    }

    [Fact]
    public async Task Behind_a_listed_proxy_each_of_its_clients_counts()
    {
        await using var backend = RawBackend.Saying("ok");
        await using var gateway = await GatewayProcess.Start(null, "--client-connections", "1", "--trust", "127.0.0.1", "--proxy-protocol", "on");
        await gateway.Put(Service("web", Release(Blue, 1, backend.Port)));
        using var one = await RawPeer.Connect(gateway.Port);
        Assert.EndsWith("ok", await one.Ask($"PROXY TCP4 192.0.2.1 192.0.2.9 1000 80\r\n{Get}"));
        using var same = await RawPeer.Connect(gateway.Port);
        Assert.StartsWith("HTTP/1.1 429", await same.Ask("PROXY TCP4 192.0.2.1 192.0.2.9 1001 80\r\n"));
        using var other = await RawPeer.Connect(gateway.Port);
        Assert.EndsWith("ok", await other.Ask($"PROXY TCP4 192.0.2.2 192.0.2.9 1002 80\r\n{Get}"));
    }
}
