using static Slipway.Gateway.Tests.Tables;

namespace Slipway.Gateway.Tests;

public sealed class ForwardingTests(SharedGateway gateway) : IClassFixture<SharedGateway>
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    [Fact]
    public async Task A_request_reaches_its_instance_with_fields_of_one_hop_removed_and_forwarding_fields_said_anew()
    {
        await using var backend = RawBackend.Answering(Ok);
        await gateway.RouteTo(backend);
        using var client = await RawPeer.Connect(gateway.Port);
        var answer = await client.Ask(
            "GET /a/../b%7E?x=%2e. HTTP/1.1\r\nHost: shop.test:81\r\nConnection: keep-alive, X-Drop\r\nX-Drop: 1\r\nKeep-Alive: 9\r\n"
            + "TE: trailers\r\nX-Forwarded-For: 6.6.6.6\r\nForwarded: for=6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\nX-Forwarded-Host: evil\r\n"
            + "Proxy-Connection: x\r\nX-Keep:  yes \r\nX-Request-Id: abc-1\r\n\r\n");
        Assert.EndsWith("ok", answer);
        Assert.Equal(
            "GET /b~?x=%2e. HTTP/1.1\r\nHost: shop.test:81\r\nX-Keep: yes\r\nX-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: http\r\n"
            + "X-Forwarded-Host: shop.test:81\r\nX-Request-Id: abc-1\r\ntraceparent: TRACE\r\n\r\n",
            System.Text.RegularExpressions.Regex.Replace(Assert.Single(backend.Heads), "traceparent: 00-[0-9a-f]{32}-[0-9a-f]{16}-00", "traceparent: TRACE", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task A_prefix_is_taken_off_where_the_route_says_so_and_a_request_id_is_made_where_none_is_given()
    {
        await using var backend = RawBackend.Answering(Ok);
        await gateway.Put(Service("api", Route("/api", strip: true), Release(Blue, 1, backend.Port)));
        using var client = await RawPeer.Connect(gateway.Port);
        await client.Ask("GET /api HTTP/1.1\r\nHost: x\r\n\r\n");
        await client.Ask("GET /api/y?z HTTP/1.1\r\nHost: x\r\n\r\n");
        var heads = backend.Heads.ToArray();
        Assert.StartsWith("GET / HTTP/1.1\r\n", heads[0]);
        Assert.StartsWith("GET /y?z HTTP/1.1\r\n", heads[1]);
        Assert.Contains("X-Forwarded-Prefix: /api\r\n", heads[1]);
        Assert.Matches("X-Request-Id: [0-9a-f]{32}\r\n", heads[1]);
        Assert.Equal(1, backend.Connections);
    }

    [Fact]
    public async Task Pipelined_requests_with_bodies_are_answered_in_order()
    {
        await using var backend = RawBackend.Each(async (peer, head) =>
        {
            var length = head.Contains("Content-Length: 3") ? 3 : 0;
            var body = await peer.Read(length);
            var text = head[..head.IndexOf(" HTTP", StringComparison.Ordinal)] + body;
            await peer.Send($"HTTP/1.1 200 OK\r\nContent-Length: {text.Length}\r\n\r\n{text}");
        });
        await gateway.RouteTo(backend);
        using var client = await RawPeer.Connect(gateway.Port);
        await client.Send(
            "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nPOST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc\r\nGET /3 HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.EndsWith("GET /1", await client.ReadAnswer());
        Assert.EndsWith("POST /2abc", await client.ReadAnswer());
        Assert.EndsWith("GET /3", await client.ReadAnswer());
    }

    [Fact]
    public async Task A_chunked_request_is_framed_anew_and_a_pipelined_one_after_it_is_kept()
    {
        await using var backend = RawBackend.Each(async (peer, head) =>
        {
            var body = head.Contains("chunked") ? await ReadChunked(peer) : "";
            await peer.Send($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        });
        await gateway.RouteTo(backend);
        using var client = await RawPeer.Connect(gateway.Port);
        await client.Send(
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n1\r\n!\r\n0\r\nX-Trailer: 1\r\n\r\n"
            + "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.EndsWith("hello!", await client.ReadAnswer());
        Assert.Contains("Content-Length: 0", await client.ReadAnswer());
        Assert.DoesNotContain("Content-Length", backend.Heads.First());
    }

    [Theory]
    [InlineData("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", "Content-Length: 10\r\n")]
    [InlineData("GET", "HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 204 No Content\r\n")]
    [InlineData("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\nETag: x\r\n\r\n", "ETag: x\r\n")]
    [InlineData("GET", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 \r\n")]
    public async Task Answers_without_a_body_keep_the_connection(string method, string given, string expected)
    {
        await using var backend = RawBackend.Answering(given);
        await gateway.RouteTo(backend);
        using var client = await RawPeer.Connect(gateway.Port);
        for (var i = 0; i < 3; i++)
        {
            await client.Send($"{method} / HTTP/1.1\r\nHost: x\r\n\r\n");
            var head = await client.ReadHead();
            Assert.Contains(expected, head);
            Assert.DoesNotContain("Connection: close", head);
        }
        Assert.Equal(1, backend.Connections);
    }

    [Fact]
    public async Task An_answer_that_ends_with_its_connection_is_chunked_for_1_1_and_ends_the_connection_for_1_0()
    {
        await using var backend = new RawBackend(async peer =>
        {
            await peer.ReadHead();
            await peer.Send("HTTP/1.1 200 OK\r\n\r\nall of it");
        });
        await gateway.RouteTo(backend);
        using var modern = await RawPeer.Connect(gateway.Port);
        await modern.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.Contains("Transfer-Encoding: chunked", await modern.ReadHead());
        Assert.Equal("all of it", await ReadChunked(modern));
        using var old = await RawPeer.Connect(gateway.Port);
        await old.Send("GET / HTTP/1.0\r\n\r\n");
        var answer = await old.ReadToEnd();
        Assert.Contains("Connection: close\r\n", answer);
        Assert.DoesNotContain("chunked", answer);
        Assert.EndsWith("\r\n\r\nall of it", answer);
    }

    [Fact]
    public async Task A_chunked_answer_loses_its_chunks_for_a_client_of_1_0()
    {
        await using var backend = RawBackend.Answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
        await gateway.RouteTo(backend);
        using var client = await RawPeer.Connect(gateway.Port);
        await client.Send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        Assert.EndsWith("\r\n\r\nabcde", await client.ReadToEnd());
    }

    [Fact]
    public async Task A_client_of_1_0_that_asks_to_keep_its_connection_keeps_it()
    {
        await using var backend = RawBackend.Answering(Ok);
        await gateway.RouteTo(backend);
        using var client = await RawPeer.Connect(gateway.Port);
        for (var i = 0; i < 2; i++)
            Assert.Contains("Connection: keep-alive\r\n", await client.Ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
    }

    [Fact]
    public async Task Interim_answers_are_passed_on_before_the_final_one()
    {
        await using var backend = RawBackend.Answering("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + Ok);
        await gateway.RouteTo(backend);
        using var client = await RawPeer.Connect(gateway.Port);
        await client.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.Equal("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", await client.ReadHead());
        Assert.EndsWith("ok", await client.ReadAnswer());
    }

    [Fact]
    public async Task An_upload_that_waits_for_100_Continue_gets_it_from_the_instance()
    {
        await using var backend = RawBackend.Each(async (peer, head) =>
        {
            Assert.Contains("Expect: 100-continue\r\n", head);
            await peer.Send("HTTP/1.1 100 Continue\r\n\r\n");
            Assert.Equal("abc", await peer.Read(3));
            await peer.Send(Ok);
        });
        await gateway.RouteTo(backend);
        using var client = await RawPeer.Connect(gateway.Port);
        for (var i = 0; i < 2; i++)
        {
            await client.Send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
            Assert.Equal("HTTP/1.1 100 Continue\r\n\r\n", await client.ReadHead());
            await client.Send("abc");
            Assert.EndsWith("ok", await client.ReadAnswer());
        }
    }

    [Fact]
    public async Task An_upload_that_is_refused_before_its_end_is_answered_at_once_and_counted_as_answered()
    {
        await using var backend = new RawBackend(async peer =>
        {
            await peer.ReadHead();
            await peer.Send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig");
            peer.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
            await peer.ReadToEnd();
        });
        var release = await gateway.RouteTo(backend);
        using var client = await RawPeer.Connect(gateway.Port);
        await client.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n" + new string('x', 100_000));
        var answer = await client.ReadAnswer();
        Assert.Contains("Connection: close\r\n", answer);
        Assert.EndsWith("big", answer);
        await gateway.Gateway.Reads(release, reading => reading is { Requests: 1, ClientAborts: 0, TransportFailures: 0, InFlight: 0 } && reading.StatusClasses[3] == 1);
    }

    [Fact]
    public async Task An_instance_that_answers_while_it_reads_is_heard_while_it_reads()
    {
        await using var backend = new RawBackend(async peer =>
        {
            await peer.ReadHead();
            await peer.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (var i = 0; i < 3; i++)
            {
                var chunk = await peer.Read("0001\r\na\r\n".Length);
                await peer.Send($"1\r\n{chunk[6]}\r\n");
            }
            Assert.Equal("0\r\n\r\n", await peer.Read(5));
            await peer.Send("0\r\n\r\n");
        });
        await gateway.RouteTo(backend);
        using var client = await RawPeer.Connect(gateway.Port);
        await client.Send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
        Assert.Contains("200 OK", await client.ReadHead());
        foreach (var letter in "abc")
        {
            await client.Send($"1\r\n{letter}\r\n");
            Assert.Equal($"0001\r\n{letter}\r\n", await client.Read(9));
        }
        await client.Send("0\r\n\r\n");
        Assert.Equal("0\r\n\r\n", await client.Read(5));
    }

    internal static async Task<string> ReadChunked(RawPeer peer)
    {
        var body = "";
        while (true)
        {
            var size = "";
            while (!size.EndsWith("\r\n", StringComparison.Ordinal))
                size += await peer.Read(1);
            var length = Convert.ToInt32(size.Trim(), 16);
            body += await peer.Read(length);
            await peer.Read(2);
            if (length == 0)
                return body;
        }
    }
}
