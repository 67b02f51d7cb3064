namespace Slipway.Gateway.Tests;

public sealed class StrictnessTests(SharedGateway gateway) : IClassFixture<SharedGateway>
{
    [Theory]
    [InlineData("POST / HTTP/1.1|Host: x|Content-Length: 3|Transfer-Encoding: chunked||0||", 400)]
    [InlineData("POST / HTTP/1.1|Host: x|Transfer-Encoding: chunked|Content-Length: 3||0||", 400)]
    [InlineData("POST / HTTP/1.1|Host: x|Content-Length: 3|Content-Length: 3||abc", 400)]
    [InlineData("POST / HTTP/1.1|Host: x|Content-Length: 3|Content-Length: 4||abc", 400)]
    [InlineData("POST / HTTP/1.1|Host: x|Content-Length: 3, 3||abc", 400)]
    [InlineData("POST / HTTP/1.1|Host: x|Content-Length: +3||abc", 400)]
    [InlineData("POST / HTTP/1.1|Host: x|Content-Length: -3||abc", 400)]
    [InlineData("POST / HTTP/1.1|Host: x|Content-Length: 0x3||abc", 400)]
    [InlineData("POST / HTTP/1.1|Host: x|Content-Length:||abc", 400)]
    [InlineData("POST / HTTP/1.1|Host: x|Content-Length: 9999999999999999999||abc", 400)]
    [InlineData("POST / HTTP/1.1|Host: x|Transfer-Encoding: gzip, chunked||0||", 501)]
    [InlineData("POST / HTTP/1.1|Host: x|Transfer-Encoding: identity||", 501)]
    [InlineData("POST / HTTP/1.1|Host: x|Transfer-Encoding: chunked|Transfer-Encoding: chunked||0||", 501)]
    [InlineData("POST / HTTP/1.1|Host: x|Transfer-Encoding: xchunked||0||", 501)]
    [InlineData("POST / HTTP/1.1|Host: x|Transfer-Encoding: \u000bchunked||0||", 400)]
    [InlineData("POST / HTTP/1.0|Host: x|Transfer-Encoding: chunked||0||", 501)]
    [InlineData("POST / HTTP/1.1|Host: x|Transfer-Encoding : chunked||0||", 400)]
    [InlineData("POST / HTTP/1.1|Host: x|Content-Length : 3||abc", 400)]
    [InlineData("GET / HTTP/1.1|Host: x|Host: y||", 400)]
    [InlineData("GET / HTTP/1.1|Host: x|Host: x||", 400)]
    [InlineData("GET / HTTP/1.1||", 400)]
    [InlineData("GET / HTTP/1.1|Host: a b||", 400)]
    [InlineData("GET / HTTP/1.1|Host: x@y||", 400)]
    [InlineData("GET / HTTP/1.1|Host: x/y||", 400)]
    [InlineData("GET / HTTP/1.1|Host: x:80:80||", 400)]
    [InlineData("GET / HTTP/1.1|Host: x|X: a\rb||", 400)]
    [InlineData("GET / HTTP/1.1|Host: x|X: a\nY: b||", 400)]
    [InlineData("GET / HTTP/1.1\nHost: x\n\n", 400)]
    [InlineData("GET / HTTP/1.1|Host: x|X: a\0b||", 400)]
    [InlineData("GET / HTTP/1.1|Host: x|X: a\u007fb||", 400)]
    [InlineData("GET / HTTP/1.1|Host: x|X: a| folded||", 400)]
    [InlineData("GET / HTTP/1.1| Host: x||", 400)]
    [InlineData("GET / HTTP/1.1|Host: x|(X): a||", 400)]
    [InlineData("GET / HTTP/1.1|Host: x|: a||", 400)]
    [InlineData("GET / HTTP/1.1|Host: x|X||", 400)]
    [InlineData("GET  / HTTP/1.1|Host: x||", 400)]
    [InlineData("GET / HTTP/1.1 |Host: x||", 400)]
    [InlineData("GET /a b HTTP/1.1|Host: x||", 400)]
    [InlineData("GET /|Host: x||", 400)]
    [InlineData("G(T / HTTP/1.1|Host: x||", 400)]
    [InlineData("GET / HTTP/2.0|Host: x||", 505)]
    [InlineData("GET / HTTP/1.2|Host: x||", 505)]
    [InlineData("GET / http/1.1|Host: x||", 400)]
    [InlineData("GET /../etc HTTP/1.1|Host: x||", 400)]
    [InlineData("GET /%2e%2e/etc HTTP/1.1|Host: x||", 400)]
    [InlineData("GET /a%00 HTTP/1.1|Host: x||", 400)]
    [InlineData("GET /a%zz HTTP/1.1|Host: x||", 400)]
    [InlineData("GET /a\\b HTTP/1.1|Host: x||", 400)]
    [InlineData("GET /a#b HTTP/1.1|Host: x||", 400)]
    [InlineData("GET /\u00e4 HTTP/1.1|Host: x||", 400)]
    [InlineData("GET a HTTP/1.1|Host: x||", 400)]
    [InlineData("GET * HTTP/1.1|Host: x||", 400)]
    [InlineData("GET ftp://x/ HTTP/1.1|Host: x||", 400)]
    [InlineData("GET http://y/ HTTP/1.1|Host: x||", 400)]
    [InlineData("CONNECT x:443 HTTP/1.1|Host: x||", 501)]
    [InlineData("TRACE / HTTP/1.1|Host: x||", 501)]
    [InlineData("POST / HTTP/1.1|Host: x|Content-Length: 1|Expect: 200-ok||a", 417)]
    public async Task A_request_that_could_be_read_in_two_ways_is_refused_and_its_connection_ends(string request, int status)
    {
        await using var backend = RawBackend.Saying("reached");
        await gateway.RouteTo(backend);
        using var client = await RawPeer.Connect(gateway.Port);
        await client.Send(request.Replace("|", "\r\n", StringComparison.Ordinal));
        client.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        var answer = await client.ReadToEnd();
        Assert.StartsWith($"HTTP/1.1 {status} ", answer);
        Assert.Contains("Connection: close\r\n", answer);
        Assert.Contains("application/problem+json", answer);
        Assert.Equal(1, answer.Split("HTTP/1.1 ").Length - 1);
        Assert.Empty(backend.Heads);
    }

    [Theory]
    [InlineData("g\r\nabc")]
    [InlineData("\r\n")]
    [InlineData("-1\r\n")]
    [InlineData("0x3\r\nabc\r\n")]
    [InlineData("3 \r\nabc\r\n")]
    [InlineData("3\nabc\n0\n\n")]
    [InlineData("3\r\nabcd\r\n0\r\n\r\n")]
    [InlineData("3\r\nabc\n0\r\n\r\n")]
    [InlineData("ffffffffffffffff1\r\n")]
    [InlineData("3;\u0001\r\nabc\r\n0\r\n\r\n")]
    [InlineData("0\r\nBad Trailer: x\r\n\r\n")]
    [InlineData("0\r\n: x\r\n\r\n")]
    [InlineData("0\r\nX: a\nY: b\r\n\r\n")]
    public async Task A_body_with_wrong_chunks_is_refused_and_is_no_fault_of_the_release(string body)
    {
        await using var backend = new RawBackend(peer => peer.ReadToEnd());
        var release = await gateway.RouteTo(backend);
        using var client = await RawPeer.Connect(gateway.Port);
        await client.Send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + body);
        var answer = await client.ReadAnswer();
        Assert.StartsWith("HTTP/1.1 400 ", answer);
        await gateway.Gateway.Reads(release, reading => reading is { Requests: 1, ClientAborts: 1, Errors: 0, InFlight: 0 });
    }

    [Fact]
    public async Task Heads_beyond_the_limits_are_refused_by_name()
    {
        await using var backend = RawBackend.Saying("reached");
        await gateway.RouteTo(backend);
        Assert.StartsWith("HTTP/1.1 414 ", await Ask($"GET /{new string('a', 9_000)} HTTP/1.1\r\nHost: x\r\n\r\n"));
        Assert.StartsWith("HTTP/1.1 431 ", await Ask($"GET / HTTP/1.1\r\nHost: x\r\nX: {new string('a', 40_000)}\r\n\r\n"));
        var many = string.Concat(Enumerable.Repeat("X: a\r\n", 100));
        Assert.StartsWith("HTTP/1.1 431 ", await Ask($"GET / HTTP/1.1\r\nHost: x\r\n{many}\r\n"));
        var fits = string.Concat(Enumerable.Repeat($"X: {new string('a', 300)}\r\n", 99));
        Assert.EndsWith("reached", await Ask($"GET / HTTP/1.1\r\nHost: x\r\n{fits}\r\n"));
        Assert.Contains(fits.Replace("\r\n\r\n", "\r\n", StringComparison.Ordinal), Assert.Single(backend.Heads));
    }

    [Fact]
    public async Task A_head_that_comes_in_single_bytes_is_read_and_one_that_never_ends_is_given_up()
    {
        await using var backend = RawBackend.Saying("reached");
        await gateway.RouteTo(backend);
        using var client = await RawPeer.Connect(gateway.Port);
        foreach (var letter in "GET / HTTP/1.1\r\nHost: x\r\nX-A: b\r\n\r\n")
            await client.Send(letter.ToString());
        Assert.EndsWith("reached", await client.ReadAnswer());
        await client.Send("GET / HTTP/1.1\r\nHost:");
        Assert.StartsWith("HTTP/1.1 408 ", await client.ReadToEnd());
    }

    [Fact]
    public async Task Targets_in_absolute_form_and_empty_lines_before_a_request_are_taken()
    {
        await using var backend = RawBackend.Saying("reached");
        await gateway.RouteTo(backend);
        using var client = await RawPeer.Connect(gateway.Port);
        Assert.EndsWith("reached", await client.Ask("\r\nGET http://X.test:80/a?b HTTP/1.1\r\nHost: x.TEST:80\r\n\r\n"));
        Assert.EndsWith("reached", await client.Ask("GET http://x.test HTTP/1.1\r\nHost: x.test\r\n\r\n"));
        Assert.StartsWith("GET /a?b HTTP/1.1\r\n", backend.Heads.First());
        Assert.StartsWith("GET / HTTP/1.1\r\n", backend.Heads.Last());
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nok")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nok")]
    [InlineData("HTTP/1.1 200 OK\r\nX: a\nY: b\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX : a\r\n\r\n")]
    [InlineData("HTTP/1.1 99 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH\r\n\r\n")]
    public async Task An_answer_that_is_not_proper_HTTP_becomes_a_502_and_a_transport_failure(string given)
    {
        await using var backend = RawBackend.Answering(given);
        var release = await gateway.RouteTo(backend);
        Assert.StartsWith("HTTP/1.1 502 ", await Ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
        await gateway.Gateway.Reads(release, reading => reading is { Requests: 1, TransportFailures: 1, Errors: 1 });
    }

    [Fact]
    public async Task A_connection_that_says_more_than_its_answer_is_not_used_again()
    {
        await using var backend = RawBackend.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
        await gateway.RouteTo(backend);
        using var client = await RawPeer.Connect(gateway.Port);
        for (var i = 0; i < 3; i++)
            Assert.EndsWith("\r\n\r\nok", await client.Ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"));
        Assert.Equal(3, backend.Connections);
    }

    private async Task<string> Ask(string request)
    {
        using var client = await RawPeer.Connect(gateway.Port);
        return await client.Ask(request);
    }
}
