using System.Text.Json;
using Slipway.Core.Routing;
using static Slipway.Gateway.Tests.Tables;

namespace Slipway.Gateway.Tests;

public sealed class CarryingTests(SharedGateway gateway) : IClassFixture<SharedGateway>
{
    [Fact]
    public async Task An_instance_that_left_the_table_is_read_until_it_carries_nothing()
    {
        var release = new TaskCompletionSource();
        await using var old = RawBackend.Each(async (peer, _) =>
        {
            await release.Task;
            await peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nold");
        });
        await using var next = RawBackend.Saying("new");
        var oldRelease = await gateway.RouteTo(old);
        using var client = await RawPeer.Connect(gateway.Port);
        await client.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        await Eventually.True(async () => await Carried(oldRelease, old) == 1, () => "the instance of the table is read with its request");

        var nextRelease = await gateway.RouteTo(next);
        Assert.Equal(1, await Carried(oldRelease, old));
        Assert.Equal(0, await Carried(nextRelease, next));
        release.SetResult();
        Assert.EndsWith("old", await client.ReadAnswer());

        await Eventually.True(async () => await Carried(oldRelease, old) is null or 0, () => "it carries nothing");
        Assert.Equal(0, await Carried(nextRelease, next));
    }

    [Fact]
    public async Task An_instance_that_left_and_came_back_carries_the_old_requests_and_the_new()
    {
        var release = new TaskCompletionSource();
        await using var backend = RawBackend.Each(async (peer, _) =>
        {
            await release.Task;
            await peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        });
        var id = await gateway.RouteTo(backend);
        using var first = await RawPeer.Connect(gateway.Port);
        using var second = await RawPeer.Connect(gateway.Port);
        await first.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        await Eventually.True(async () => await Carried(id, backend) == 1, () => "the first is under way");
        await gateway.Put();
        await gateway.Put(Service("web", Release(id, 1, backend.Port)));
        await second.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");

        await Eventually.True(async () => await Carried(id, backend) == 2, () => "both are counted");
        release.SetResult();
        await Eventually.True(async () => await Carried(id, backend) == 0, () => "none is left");
    }

    [Fact]
    public void A_reading_of_a_gateway_that_tells_of_no_instances_has_none()
    {
        var reading = JsonSerializer.Deserialize(
            """{"epoch":"e","at":"2026-01-01T00:00:00+00:00","tableVersion":1,"unrouted":0,"releases":[]}""", RoutingJson.Default.TrafficReading)!;
        Assert.Empty(reading.Instances);
    }

    private async Task<int?> Carried(string release, RawBackend backend)
    {
        var instance = $"x-{release}-{backend.Port}";
        return (await gateway.Gateway.Read()).Instances.FirstOrDefault(traffic => traffic.Instance.ToString() == instance)?.InFlight;
    }
}
