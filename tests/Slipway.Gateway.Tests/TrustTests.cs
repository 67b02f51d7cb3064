using System.Net;
using Slipway.Gateway.Forwarding;
using static Slipway.Gateway.Tests.Tables;

namespace Slipway.Gateway.Tests;

/// <summary>What is believed of whom: forwarding fields, PROXY headers, traces.</summary>
public sealed class TrustTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private const string Trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    [Fact]
    public async Task A_trusted_proxy_is_believed_what_it_says_of_its_client()
    {
        await using var backend = RawBackend.Answering(Ok);
        await using var gateway = await GatewayProcess.Start(null, "--trust", "10.0.0.0/8,127.0.0.1");
        await gateway.Put(Service("web", Release(Blue, 1, backend.Port)));
        using var client = await RawPeer.Connect(gateway.Port);
        await client.Ask("GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.9\r\nX-Forwarded-For: 10.1.1.1\r\nX-Forwarded-Proto: https\r\nX-Real-IP: 1.1.1.1\r\n\r\n");
        var head = Assert.Single(backend.Heads);
        Assert.Contains("X-Forwarded-For: 203.0.113.9, 10.1.1.1, 127.0.0.1\r\n", head);
        Assert.Contains("X-Forwarded-Proto: https\r\n", head);
        Assert.Contains("X-Forwarded-Host: x\r\n", head);
        Assert.DoesNotContain("X-Real-IP", head);
    }

    [Theory]
    [InlineData("PROXY TCP4 203.0.113.9 10.0.0.1 5000 80\r\n", "203.0.113.9")]
    [InlineData("PROXY TCP6 2001:db8::9 2001:db8::1 5000 80\r\n", "2001:db8::9")]
    [InlineData("PROXY UNKNOWN\r\n", "127.0.0.1")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\u0021\u0011\0\u000c\u00cb\0\u0071\u0009\u000a\0\0\u0001\u0013\u0088\0\u0050", "203.0.113.9")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\u0020\0\0\0", "127.0.0.1")]
    public async Task A_PROXY_header_of_a_trusted_proxy_says_who_the_client_is(string header, string address)
    {
        await using var backend = RawBackend.Answering(Ok);
        await using var gateway = await GatewayProcess.Start(null, "--trust", "127.0.0.1", "--proxy-protocol", "on");
        await gateway.Put(Service("web", Release(Blue, 1, backend.Port)));
        using var client = await RawPeer.Connect(gateway.Port);
        await client.Send(header[..5]);
        Assert.EndsWith("ok", await client.Ask(header[5..] + "GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
        Assert.Contains($"X-Forwarded-For: {address}\r\n", Assert.Single(backend.Heads));
    }

    [Fact]
    public async Task A_connection_without_the_PROXY_header_that_is_due_is_closed()
    {
        await using var gateway = await GatewayProcess.Start(null, "--trust", "127.0.0.1", "--proxy-protocol", "on");
        using var client = await RawPeer.Connect(gateway.Port);
        await client.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.Equal("", await client.ReadToEnd());
    }

    [Theory]
    [InlineData("PROXY TCP4 203.0.113.9 10.0.0.1 5000 80\r\n")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\u0021\u0021\0\u0024")]
    [InlineData("")]
    public void A_header_that_has_not_come_to_its_end_is_waited_for(string header)
    {
        for (var length = 0; length < header.Length; length++)
            Assert.Equal(ProxyHeaderState.Partial, ProxyHeader.Read(System.Text.Encoding.Latin1.GetBytes(header[..length]), out _, out _));
    }

    [Theory]
    [InlineData("PROXY TCP4 203.0.113.9 10.0.0.1 5000\r\n")]
    [InlineData("PROXY TCP4 x 10.0.0.1 5000 80\r\n")]
    [InlineData("PROXY TCP4 203.0.113.9 10.0.0.1 70000 80\r\n")]
    [InlineData("PROXY\r\n")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\u0031\u0011\0\u000c")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\u0021\u0011\0\u0004\0\0\0\0")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\u0021\u0011\u00ff\u00ff")]
    [InlineData("GET / HTTP/1.1\r\n")]
    public void What_is_no_header_is_refused(string header)
        => Assert.Equal(ProxyHeaderState.Broken, ProxyHeader.Read(System.Text.Encoding.Latin1.GetBytes(header), out _, out _));

    [Theory]
    [InlineData($"traceparent: {Trace}\r\n", true)]
    [InlineData("traceparent: 00-00000000000000000000000000000000-00f067aa0ba902b7-01\r\n", false)]
    [InlineData("traceparent: ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n", false)]
    [InlineData($"traceparent: {Trace}\r\ntraceparent: {Trace}\r\n", false)]
    [InlineData("", false)]
    public async Task A_sound_trace_is_passed_on_and_another_is_begun(string field, bool isKept)
    {
        await using var backend = RawBackend.Answering(Ok);
        await using var gateway = await GatewayProcess.Start();
        await gateway.Put(Service("web", Release(Blue, 1, backend.Port)));
        using var client = await RawPeer.Connect(gateway.Port);
        await client.Ask($"GET / HTTP/1.1\r\nHost: x\r\n{field}\r\n");
        var head = Assert.Single(backend.Heads);
        Assert.Equal(isKept, head.Contains($"traceparent: {Trace}\r\n", StringComparison.Ordinal));
        Assert.Single(System.Text.RegularExpressions.Regex.Matches(head, "traceparent: 00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]\r\n", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)));
    }

    [Theory]
    [InlineData("10.0.0.0/8, 192.0.2.1", "10.255.0.1", true)]
    [InlineData("10.0.0.0/8", "11.0.0.1", false)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("2001:db8::/32", "2001:db8:1::5", true)]
    [InlineData("2001:db8::/32", "10.0.0.1", false)]
    public void A_list_of_networks_contains(string list, string address, bool isIn)
    {
        Assert.True(Networks.TryParse(list, out var networks));
        Assert.Equal(isIn, networks.Contains(IPAddress.Parse(address)));
    }

    [Theory]
    [InlineData("10.0.0.0/33")]
    [InlineData("shop")]
    public void What_is_no_network_is_refused(string list) => Assert.False(Networks.TryParse(list, out _));
}
