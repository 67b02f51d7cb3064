using System.Net;
using Courier.Messages;
using Courier.Worker;

namespace Courier.Tests.Deliveries;

public sealed class AddressRulesTests
{
    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("10.1.2.3", true)]
    [InlineData("172.31.255.1", true)]
    [InlineData("192.168.1.1", true)]
    [InlineData("169.254.169.254", true)]
    [InlineData("0.0.0.0", true)]
    [InlineData("::1", true)]
    [InlineData("::", true)]
    [InlineData("fd00::1", true)]
    [InlineData("fe80::1", true)]
    [InlineData("::ffff:10.0.0.1", true)]
    [InlineData("64:ff9b::a00:1", true)]
    [InlineData("172.32.0.1", false)]
    [InlineData("93.184.216.34", false)]
    [InlineData("2606:2800:220:1::1", false)]
    public void Addresses_behind_walls_are_known(string address, bool isPrivate)
        => Assert.Equal(isPrivate, AddressRules.IsPrivate(IPAddress.Parse(address)));

    [Theory]
    [InlineData("https://example.org/hook?a=1", true)]
    [InlineData("http://127.0.0.1:8080/", true)]
    [InlineData("ftp://example.org/", false)]
    [InlineData("/hook", false)]
    [InlineData("file:///etc/passwd", false)]
    [InlineData("https://user:secret@example.org/", false)]
    [InlineData("https://", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Only_plain_web_addresses_are_recipients(string? text, bool isGood)
    {
        Assert.Equal(isGood, Recipient.TryParse(text, out var recipient, out var fault));
        Assert.Equal(isGood, fault is null);
        Assert.Equal(isGood, recipient is not null);
    }
}
