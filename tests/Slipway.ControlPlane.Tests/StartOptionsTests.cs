using Slipway.ControlPlane.Hosting;

namespace Slipway.ControlPlane.Tests;

public sealed class StartOptionsTests
{
    [Fact]
    public void A_home_alone_is_enough_and_becomes_absolute()
    {
        Assert.True(StartOptions.TryParse(["--home", "some/home/"], out var options, out _));
        Assert.Equal(Path.Combine(Directory.GetCurrentDirectory(), "some", "home"), options.HomeFolder);
        Assert.Null(options.Listen);
        Assert.False(options.RepairJournal);
    }

    [Theory]
    [InlineData("127.0.0.1:7070", "127.0.0.1:7070")]
    [InlineData("localhost:0", "127.0.0.1:0")]
    [InlineData("[::1]:80", "[::1]:80")]
    public void A_loopback_listener_is_taken(string text, string expected)
    {
        Assert.True(StartOptions.TryParse(["--home=/h", "--listen=" + text, "--repair-journal"], out var options, out _));
        Assert.Equal(expected, options.Listen!.ToString());
        Assert.True(options.RepairJournal);
    }

    [Theory]
    [InlineData("0.0.0.0:7070", "not a loopback address")]
    [InlineData("192.168.1.4:7070", "not a loopback address")]
    [InlineData("[::]:7070", "not a loopback address")]
    [InlineData("7070", "not an address and a port")]
    [InlineData("127.0.0.1:99999", "not an address and a port")]
    [InlineData("example.org:80", "not an address and a port")]
    public void Any_other_listener_is_refused_with_the_reason(string text, string reason)
    {
        Assert.False(StartOptions.TryParse(["--home", "/h", "--listen", text], out _, out var fault));
        Assert.Contains(reason, fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--home is missing.")]
    [InlineData("--home needs a folder.", "--home")]
    [InlineData("--home needs a folder.", "--home=")]
    [InlineData("'--hom' is not known.", "--hom", "x")]
    [InlineData("'--repair-journal=yes' is not known.", "--home", "/h", "--repair-journal=yes")]
    public void What_is_missing_or_unknown_is_named(string expected, params string[] arguments)
    {
        Assert.False(StartOptions.TryParse(arguments, out _, out var fault));
        Assert.Equal(expected, fault);
    }
}
