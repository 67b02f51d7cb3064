using System.Net;
using Slipway.Core.Manifests;
using Slipway.Gateway.Guarding;

namespace Slipway.Gateway.Tests;

public sealed class RateLimiterTests
{
    private const long Second = TimeSpan.TicksPerSecond;

    [Fact]
    public void A_burst_passes_at_once_and_then_one_for_each_interval()
    {
        var limiter = new RateLimiter(new(60, TimeSpan.FromMinutes(1), 5, LimitBy.Client, null));
        var now = 1000 * Second;
        for (var left = 4; left >= 0; left--)
            Assert.Equal(new(true, left, 5 - left, 0), limiter.Take(7, now));
        Assert.Equal(new(false, 0, 5, 1), limiter.Take(7, now));
        Assert.False(limiter.Take(7, now + Second - 1).IsAllowed);
        Assert.True(limiter.Take(7, now + Second).IsAllowed);
        Assert.False(limiter.Take(7, now + Second).IsAllowed);
        Assert.True(limiter.Take(8, now).IsAllowed);
        Assert.Equal(4, limiter.Take(7, now + 60 * Second).Remaining);
    }

    [Fact]
    public void Over_any_time_no_more_passes_than_the_burst_and_the_rate()
    {
        var limiter = new RateLimiter(new(10, TimeSpan.FromSeconds(1), 20, LimitBy.Client, null));
        var random = new Random(11);
        var passed = new List<long>();
        for (long now = 0; now < 100 * Second; now += random.Next((int)(Second / 20)))
        {
            if (limiter.Take(1, now).IsAllowed)
                passed.Add(now);
        }
        for (var from = 0; from < passed.Count; from += 7)
        {
            for (var to = from; to < passed.Count; to += 7)
                Assert.True(to - from + 1 <= 20 + (passed[to] - passed[from]) * 10.0 / Second + 1);
        }
        Assert.InRange(passed.Count, 1000, 1020);
    }

    [Fact]
    public void A_million_clients_fit_and_beyond_them_the_quietest_is_forgotten()
    {
        var limiter = new RateLimiter(new(1, TimeSpan.FromDays(1), 2, LimitBy.Client, null));
        for (var i = 0; i < 1_000_000; i++)
            Assert.True(limiter.Take(ClientKey.Of(BitConverter.GetBytes(i)), i).IsAllowed);
        Assert.True(limiter.MemoryBytes < 200_000_000, $"{limiter.MemoryBytes} bytes");
        Assert.True(limiter.ClientCount > 900_000, $"{limiter.ClientCount} clients");
        // One that has spent all is busier than any of them, and remains known whatever comes.
        var busy = ClientKey.Of("busy"u8);
        Assert.True(limiter.Take(busy, 1_000_000).IsAllowed);
        Assert.True(limiter.Take(busy, 1_000_000).IsAllowed);
        for (var i = 0; i < 1_000_000; i++)
            limiter.Take(ClientKey.Of(BitConverter.GetBytes(-1L - i)), 1_000_001 + i);
        Assert.False(limiter.Take(busy, 2_000_002).IsAllowed);
        Assert.True(limiter.MemoryBytes < 200_000_000, $"{limiter.MemoryBytes} bytes");
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("2001:db8::1", "2001:db8::ffff", true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false)]
    public void An_address_or_a_network_of_IPv6_is_one_client(string one, string other, bool isSame)
        => Assert.Equal(isSame, ClientKey.Of(IPAddress.Parse(one)) == ClientKey.Of(IPAddress.Parse(other)));
}
