using Slipway.Core.Manifests;
using Slipway.Gateway.Balancing;
using static Slipway.Gateway.Tests.Tables;

namespace Slipway.Gateway.Tests;

public sealed class CircuitBreakerTests(SharedGateway gateway) : IClassFixture<SharedGateway>
{
    private const string Get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

    [Fact]
    public void It_opens_after_so_many_failures_in_a_row_and_lets_one_try_when_its_time_is_over()
    {
        var breaker = new CircuitBreaker(3, TimeSpan.FromSeconds(60));
        Assert.False(breaker.Failed(1000));
        Assert.False(breaker.Failed(1000));
        breaker.Succeeded();
        Assert.False(breaker.Failed(1000));
        Assert.False(breaker.Failed(1000));
        Assert.True(breaker.TryPass(1000));
        Assert.True(breaker.Failed(1000));
        Assert.True(breaker.IsOpen(60_999));
        Assert.False(breaker.TryPass(60_999));
        Assert.Equal(1, breaker.RetryAfterSeconds(60_999));
        Assert.True(breaker.TryPass(61_000));
        Assert.False(breaker.TryPass(61_000));
        Assert.False(breaker.Failed(61_500));
        Assert.False(breaker.TryPass(121_400));
        Assert.True(breaker.TryPass(121_500));
        breaker.Succeeded();
        Assert.True(breaker.TryPass(121_500));
        Assert.True(breaker.TryPass(121_500));
    }

    [Fact]
    public void One_in_ten_requests_may_be_sent_again_and_a_hundred_at_once()
    {
        var budget = new RetryBudget();
        Assert.Equal(100, Enumerable.Range(0, 200).Count(_ => budget.TrySpend()));
        for (var i = 0; i < 100; i++)
            budget.Earn();
        Assert.Equal(10, Enumerable.Range(0, 200).Count(_ => budget.TrySpend()));
    }

    [Fact]
    public async Task A_route_with_a_breaker_leaves_a_failing_service_in_peace_until_another_table_comes()
    {
        await using var failing = new RawBackend(static async peer =>
        {
            await peer.ReadHead();
            peer.Dispose();
        });
        var route = Tables.Route() with { Protection = new() { Breaker = new(2, TimeSpan.FromMinutes(5)) } };
        await gateway.Put(Service("web", route, Release(SharedGateway.NewRelease(), 1, failing.Port)));
        using var client = await RawPeer.Connect(gateway.Port);
        for (var i = 0; i < 2; i++)
            Assert.StartsWith("HTTP/1.1 502", await client.Ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"));
        var asked = failing.Connections;
        var answer = await client.Ask(Get);
        Assert.StartsWith("HTTP/1.1 503", answer);
        Assert.Contains("Retry-After: 300\r\n", answer);
        Assert.Equal(asked, failing.Connections);
        await using var good = RawBackend.Saying("good");
        await gateway.Put(Service("web", route, Release(SharedGateway.NewRelease(), 1, good.Port)));
        Assert.EndsWith("good", await client.Ask(Get));
    }

    [Fact]
    public async Task An_instance_that_fails_again_and_again_is_put_aside_while_another_is_well()
    {
        await using var failing = new RawBackend(static async peer =>
        {
            await peer.ReadHead();
            peer.Dispose();
        });
        await using var good = RawBackend.Saying("good");
        await gateway.Put(Service("web", Release(SharedGateway.NewRelease(), 1, failing.Port, good.Port)));
        using var client = await RawPeer.Connect(gateway.Port);
        var failed = 0;
        for (var i = 0; i < 40; i++)
            failed += (await client.Ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")).StartsWith("HTTP/1.1 502", StringComparison.Ordinal) ? 1 : 0;
        Assert.Equal(BreakerPlan.OfInstance.After, failed);
    }

    [Fact]
    public async Task Of_many_instances_all_are_asked()
    {
        var backends = Enumerable.Range(0, 10).Select(_ => RawBackend.Saying("ok")).ToArray();
        await gateway.Put(Service("web", Release(SharedGateway.NewRelease(), 1, [.. backends.Select(one => one.Port)])));
        using var client = await RawPeer.Connect(gateway.Port);
        for (var i = 0; i < 300; i++)
            Assert.EndsWith("ok", await client.Ask(Get));
        Assert.All(backends, one => Assert.NotEmpty(one.Heads));
        foreach (var one in backends)
            await one.DisposeAsync();
    }
}
