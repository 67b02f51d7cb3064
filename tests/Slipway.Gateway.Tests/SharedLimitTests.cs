using Slipway.Core.Manifests;
using static Slipway.Gateway.Tests.Tables;

namespace Slipway.Gateway.Tests;

public sealed class SharedLimitTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: x\r\nX-Api-Key: one\r\n\r\n";

    [Theory]
    [InlineData(LimitBy.Client)]
    [InlineData(LimitBy.Route)]
    [InlineData(LimitBy.Field)]
    public async Task Two_gateways_count_together(LimitBy by)
    {
        await using var redis = await RedisServer.Start("open:sesame");
        await using var backend = RawBackend.Saying("ok");
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "open:sesame\n");
            string[] options = ["--limits", $"redis://127.0.0.1:{redis.Port}/3", "--limits-password", file];
            await using var one = await GatewayProcess.Start(null, options);
            await using var two = await GatewayProcess.Start(null, options);
            foreach (var gateway in (GatewayProcess[])[one, two])
            {
                await Put(gateway, backend, new(3, TimeSpan.FromHours(1), 3, by, by == LimitBy.Field ? "X-Api-Key" : null));
                await Eventually.True(() => gateway.Log.Contains("counted together", StringComparison.Ordinal), "Redis is there");
            }
            using var first = await RawPeer.Connect(one.Port);
            using var second = await RawPeer.Connect(two.Port);
            Assert.Contains("RateLimit: \"default\";r=2;t=1200\r\n", await first.Ask(Get));
            Assert.Contains("RateLimit: \"default\";r=1;", await second.Ask(Get));
            Assert.StartsWith("HTTP/1.1 200", await first.Ask(Get));
            var refused = await second.Ask(Get);
            Assert.StartsWith("HTTP/1.1 429", refused);
            Assert.Matches("Retry-After: (1199|1200)\r\n", refused);
            Assert.DoesNotContain("sesame", one.Log + two.Log);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task While_Redis_is_away_each_counts_for_itself_and_no_request_fails()
    {
        await using var redis = await RedisServer.Start();
        await using var backend = RawBackend.Saying("ok");
        await using var gateway = await GatewayProcess.Start(null, "--limits", $"redis://127.0.0.1:{redis.Port}");
        await Put(gateway, backend, new(3, TimeSpan.FromHours(1), 3, LimitBy.Client, null));
        await Eventually.True(() => gateway.Log.Contains("counted together", StringComparison.Ordinal), "Redis is there");
        using var client = await RawPeer.Connect(gateway.Port);
        for (var i = 0; i < 3; i++)
            Assert.StartsWith("HTTP/1.1 200", await client.Ask(Get));
        Assert.StartsWith("HTTP/1.1 429", await client.Ask(Get));
        await redis.Kill();
        await Eventually.True(() => gateway.Log.Contains("each gateway counts for itself", StringComparison.Ordinal), "it is said that Redis is away");
        for (var i = 0; i < 3; i++)
            Assert.StartsWith("HTTP/1.1 200", await client.Ask(Get));
        Assert.StartsWith("HTTP/1.1 429", await client.Ask(Get));
        await redis.StartAgain();
        // It has forgotten everything, so that what is counted there can be told from what is counted here.
        await Eventually.True(async () => (await client.Ask(Get)).StartsWith("HTTP/1.1 200", StringComparison.Ordinal), () => "it is counted there again");
    }

    private static Task Put(GatewayProcess gateway, RawBackend backend, RateLimit limit)
        => gateway.Put(Service("web", Route() with { Protection = new() { Limit = limit } }, Release(Blue, 1, backend.Port)));
}
