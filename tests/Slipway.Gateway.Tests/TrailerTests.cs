using static Slipway.Gateway.Tests.Tables;

namespace Slipway.Gateway.Tests;

/// <summary>Fields behind a body go to who says that it takes them, and to nobody else.</summary>
public sealed class TrailerTests(SharedGateway gateway) : IClassFixture<SharedGateway>
{
    private const string Chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n";

    [Fact]
    public async Task They_are_passed_on_to_who_takes_them()
    {
        await using var backend = RawBackend.Answering(Chunks + "X-Sum:  4\r\nX-Empty:\r\n\r\n");
        await gateway.RouteTo(backend);
        using var peer = await RawPeer.Connect(gateway.Port);
        for (var i = 0; i < 2; i++)
        {
            await peer.Send("GET / HTTP/1.1\r\nHost: x\r\nTE: deflate;q=0.5, Trailers\r\nConnection: TE\r\n\r\n");
            Assert.Contains("Transfer-Encoding: chunked", await peer.ReadHead(), StringComparison.Ordinal);
            Assert.Equal("0004\r\nbody\r\n0\r\nX-Sum: 4\r\nX-Empty: \r\n\r\n", await peer.ReadHead());
        }
    }

    [Fact]
    public async Task They_are_dropped_for_who_does_not_say_so()
    {
        await using var backend = RawBackend.Answering(Chunks + "X-Sum: 4\r\n\r\n");
        await gateway.RouteTo(backend);
        using var peer = await RawPeer.Connect(gateway.Port);
        for (var i = 0; i < 2; i++)
        {
            await peer.Send("GET / HTTP/1.1\r\nHost: x\r\nTE: gzip\r\n\r\n");
            await peer.ReadHead();
            Assert.Equal("0004\r\nbody\r\n0\r\n\r\n", await peer.ReadHead());
        }
    }

    [Theory]
    [InlineData("Content-Length: 3")]
    [InlineData("Transfer-Encoding: chunked")]
    [InlineData("Connection: close")]
    [InlineData("Host: evil")]
    [InlineData("Set-Cookie: a=b")]
    [InlineData("Content-Type: text/html")]
    [InlineData("X-Forwarded-For: 6.6.6.6")]
    public async Task What_has_no_business_there_is_dropped(string line)
    {
        await using var backend = RawBackend.Answering(Chunks + $"{line}\r\nX-Sum: 4\r\n\r\n");
        await gateway.RouteTo(backend);
        using var peer = await RawPeer.Connect(gateway.Port);
        await peer.Send("GET / HTTP/1.1\r\nHost: x\r\nTE: trailers\r\n\r\n");
        await peer.ReadHead();
        Assert.Equal("0004\r\nbody\r\n0\r\nX-Sum: 4\r\n\r\n", await peer.ReadHead());
    }

    [Fact]
    public async Task Many_of_them_pass_behind_a_large_body()
    {
        var lines = string.Concat(Enumerable.Range(0, 100).Select(i => $"X-{i}: {new string('x', 60)}\r\n"));
        var body = new string('b', 300_000);
        await using var backend = RawBackend.Answering($"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{body.Length:X}\r\n{body}\r\n0\r\n{lines}\r\n");
        await gateway.RouteTo(backend);
        using var peer = await RawPeer.Connect(gateway.Port);
        await peer.Send("GET / HTTP/1.1\r\nHost: x\r\nTE: trailers\r\nConnection: close\r\n\r\n");
        await peer.ReadHead();
        Assert.EndsWith($"\r\n0\r\n{lines}\r\n", await peer.ReadToEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_many_of_them_break_the_answer_off()
    {
        var lines = string.Concat(Enumerable.Range(0, 200).Select(i => $"X-{i}: {new string('x', 60)}\r\n"));
        await using var backend = RawBackend.Answering(Chunks + $"{lines}\r\n");
        var release = await gateway.RouteTo(backend);
        using var peer = await RawPeer.Connect(gateway.Port);
        await peer.Send("GET / HTTP/1.1\r\nHost: x\r\nTE: trailers\r\n\r\n");
        await peer.ReadHead();
        await Assert.ThrowsAsync<System.Net.Sockets.SocketException>(peer.ReadToEnd);
        await gateway.Gateway.Reads(release, reading => reading is { Requests: 1, InFlight: 0 });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_of_HTTP_2_gets_them_from_an_instance_of_either_kind(bool http2)
    {
        await using var raw = RawBackend.Answering(Chunks + "X-Sum: 4\r\n\r\n");
        await using var kestrel = await KestrelBackend.Start("one", http2: true);
        await gateway.Put(Service("web", http2 ? Http2Release(SharedGateway.NewRelease(), 1, kestrel.Port) : Release(SharedGateway.NewRelease(), 1, raw.Port)));
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(gateway.Gateway.Address, "trailers")) { Version = new(2, 0), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.TE.Add(new("trailers"));
        using var answer = await client.SendAsync(request);
        Assert.Equal("body", await answer.Content.ReadAsStringAsync());
        Assert.Equal("4", Assert.Single(answer.TrailingHeaders.GetValues("x-sum")));
    }
}
