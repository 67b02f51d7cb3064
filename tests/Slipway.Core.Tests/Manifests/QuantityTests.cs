using Slipway.Core.Manifests;

namespace Slipway.Core.Tests.Manifests;

public sealed class QuantityTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("0s", 0)]
    [InlineData("500ms", 500)]
    [InlineData("1.5s", 1500)]
    [InlineData("1m30s", 90_000)]
    [InlineData("2h", 7_200_000)]
    [InlineData("1d12h", 129_600_000)]
    public void A_duration_is_read(string text, long milliseconds)
    {
        Assert.True(Quantity.TryDuration(text, out var duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
        Assert.True(Quantity.TryDuration(Quantity.Format(duration), out var again));
        Assert.Equal(duration, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("10")]
    [InlineData("-1s")]
    [InlineData("1 s")]
    [InlineData("30s1m")]
    [InlineData("1s1s")]
    [InlineData("1S")]
    [InlineData("1.s")]
    [InlineData("1w")]
    [InlineData("9999999999d")]
    [InlineData("99999999999999999999s")]
    public void What_is_no_duration_is_refused(string text) => Assert.False(Quantity.TryDuration(text, out _));

    [Theory]
    [InlineData("256Mi", 268435456)]
    [InlineData("1G", 1000000000)]
    [InlineData("512MB", 512000000)]
    [InlineData("1.5KiB", 1536)]
    [InlineData("100", 100)]
    [InlineData("1kB", 1000)]
    public void A_size_is_read(string text, long bytes)
    {
        Assert.True(Quantity.TrySize(text, out var size));
        Assert.Equal(bytes, size);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Mi")]
    [InlineData("1m")]
    [InlineData("1mb")]
    [InlineData("1GB ")]
    [InlineData("99999999T")]
    public void What_is_no_size_is_refused(string text) => Assert.False(Quantity.TrySize(text, out _));

    [Theory]
    [InlineData("2", 2, 2)]
    [InlineData("3..10", 3, 10)]
    public void Replicas_are_read(string text, int min, int max)
    {
        Assert.True(Quantity.TryRange(text, out var least, out var most));
        Assert.Equal((min, max), (least, most));
    }

    [Theory]
    [InlineData("3..")]
    [InlineData("..3")]
    [InlineData("1...3")]
    [InlineData("1-3")]
    [InlineData("+1")]
    [InlineData("")]
    [InlineData("1e1")]
    public void What_are_no_replicas_is_refused(string text) => Assert.False(Quantity.TryRange(text, out _, out _));

    [Theory]
    [InlineData("servces", "services")]
    [InlineData("prot", "port")]
    [InlineData("PORT", "port")]
    [InlineData("serv", "services")]
    [InlineData("ports", "port")]
    [InlineData("zzz", null)]
    [InlineData("x", null)]
    public void The_nearest_known_word_is_found(string text, string? near)
        => Assert.Equal(near, Nearest.To(text, ["services", "port", "ready", "needs"]));
}
