using System.Net;
using System.Security.Cryptography;
using Slipway.Gateway.Http2;
using static Slipway.Gateway.Tests.Tables;

namespace Slipway.Gateway.Tests;

/// <summary>Instances that speak HTTP/2: a real one, and one that says exactly what a test wants, frame by frame.</summary>
public sealed class InstanceHttp2Tests(SharedGateway gateway) : IClassFixture<SharedGateway>
{
    private const byte EndStream = FrameHead.EndStream;
    private const byte EndHeaders = FrameHead.EndHeaders;

    private readonly string _release = SharedGateway.NewRelease();

    [Fact]
    public async Task Many_requests_go_over_the_connections_that_there_are()
    {
        await using var backend = await KestrelBackend.Start("one", http2: true);
        await Route(backend.Port);
        using var client = new HttpClient();
        // Until an instance has said how many it takes at once it is given one; from then on a connection carries many: a hundred with
        // this one, so that the one connection that an engine may have is enough for all.
        var opened = new List<int>();
        for (var round = 0; round < 2; round++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 80).Select(_ => client.GetStringAsync(gateway.Gateway.Address)));
            Assert.All(answers, answer => Assert.Equal("one", answer));
            opened.Add(backend.Connections);
        }
        Assert.Equal(opened[0], opened[1]);
        await gateway.Gateway.Reads(_release, reading => reading is { Requests: 160, Errors: 0, InFlight: 0 });
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Large_bodies_pass_both_ways(string version)
    {
        await using var backend = await KestrelBackend.Start("one", http2: true);
        await Route(backend.Port);
        using var client = new HttpClient { DefaultRequestVersion = new(version), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        var body = RandomNumberGenerator.GetBytes(3_000_000);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(async _ =>
        {
            // Not an echo: a client that reads only when it has sent all, and a server that writes what it reads, wait for each other.
            using var answer = await client.PostAsync(new Uri(gateway.Gateway.Address, "hash"), new ByteArrayContent(body));
            Assert.Equal(Convert.ToHexString(SHA256.HashData(body)), await answer.Content.ReadAsStringAsync());
            Assert.Equal(new byte[3_000_000], await client.GetByteArrayAsync(new Uri(gateway.Gateway.Address, "bytes?count=3000000")));
        }));
    }

    [Fact]
    public async Task Who_has_a_name_and_no_body_is_answered_in_kind()
    {
        await using var backend = await KestrelBackend.Start("one", http2: true);
        await Route(backend.Port);
        using var peer = await RawPeer.Connect(gateway.Port);
        await peer.Send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200", await peer.ReadHead(), StringComparison.Ordinal);
        Assert.EndsWith("one", await peer.Ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n") + await peer.Read(9), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_is_said_in_frames_and_its_answer_in_lines()
    {
        var asked = "";
        await using var backend = Frames(async (peer, frame) =>
        {
            asked = FramePeer.Decode(frame.Payload);
            await Answer(peer, frame.Stream, ":status 103|link </a>; rel=preload", 0);
            await Answer(peer, frame.Stream, ":status 200|content-length 2|x-one 1", 0);
            await peer.Send(FrameKind.Data, 8 | EndStream, frame.Stream, [3, .. "ok"u8, 0, 0, 0]);
        });
        await Route(backend.Port);
        using var peer = await RawPeer.Connect(gateway.Port);
        for (var i = 0; i < 3; i++)
        {
            await peer.Send("GET /a?b=c HTTP/1.1\r\nHost: x.example\r\nX-Mine: Yes\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 103", await peer.ReadHead(), StringComparison.Ordinal);
            var answer = await peer.ReadAnswer();
            Assert.Contains("x-one: 1\r\n", answer, StringComparison.Ordinal);
            Assert.EndsWith("\r\n\r\nok", answer, StringComparison.Ordinal);
        }
        Assert.StartsWith(":method GET|:scheme http|:path /a?b=c|:authority x.example|x-mine Yes|", asked, StringComparison.Ordinal);
        Assert.EndsWith("|te trailers", asked, StringComparison.Ordinal);
        Assert.DoesNotContain("x-hop", asked, StringComparison.Ordinal);
        Assert.Equal(1, backend.Connections);
    }

    [Theory]
    [InlineData("x-no-status 1")]
    [InlineData(":status 101")]
    [InlineData(":status 20")]
    [InlineData(":status 200|:status 200")]
    [InlineData(":status 200|:path /")]
    [InlineData(":status 200|X-Upper 1")]
    [InlineData(":status 200|connection close")]
    [InlineData(":status 200|transfer-encoding chunked")]
    [InlineData(":status 200|content-length 1|content-length 2")]
    [InlineData(":status 200|x-line a\rb")]
    [InlineData(":status 200|x-control a\u0001b")]
    public async Task An_answer_that_breaks_a_rule_is_none_and_the_next_request_is_answered(string fields)
    {
        await using var backend = Frames(async (peer, frame) => await Answer(peer, frame.Stream, frame.Stream == 1 ? fields : ":status 204", EndStream));
        await Route(backend.Port);
        using var peer = await RawPeer.Connect(gateway.Port);
        Assert.StartsWith("HTTP/1.1 502", await peer.Ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 204", await peer.Ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), StringComparison.Ordinal);
        await gateway.Gateway.Reads(_release, reading => reading is { Requests: 2, Errors: 1, InFlight: 0 });
    }

    [Theory]
    [InlineData("short")]
    [InlineData("long")]
    [InlineData("reset")]
    [InlineData("closed")]
    [InlineData("trailers without end")]
    public async Task An_answer_that_is_not_whole_does_not_look_whole(string how)
    {
        await using var backend = Frames(async (peer, frame) =>
        {
            await Answer(peer, frame.Stream, ":status 200|content-length 5", 0);
            await peer.Send(FrameKind.Data, how == "short" ? EndStream : (byte)0, frame.Stream, [.. how == "long" ? "123456"u8 : "123"u8]);
            if (how == "reset")
                await peer.Send(FrameKind.ResetStream, 0, frame.Stream, [0, 0, 0, 2]);
            else if (how == "closed")
                peer.Reset();
            else if (how == "trailers without end")
                await Answer(peer, frame.Stream, "x-sum 1", 0);
        });
        await Route(backend.Port);
        using var peer = await RawPeer.Connect(gateway.Port);
        await peer.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        // Where its end is known before its beginning was passed on, it is none at all.
        if (await peer.ReadHead() is { } head && !head.StartsWith("HTTP/1.1 502", StringComparison.Ordinal))
            await Assert.ThrowsAsync<System.Net.Sockets.SocketException>(peer.ReadToEnd);
        await gateway.Gateway.Reads(_release, reading => reading is { Requests: 1, InFlight: 0 });
    }

    [Theory]
    [InlineData("Data", 0, new byte[0])]
    [InlineData("PushPromise", 1, new byte[] { 0, 0, 0, 2 })]
    [InlineData("Ping", 0, new byte[] { 1 })]
    [InlineData("WindowUpdate", 0, new byte[] { 0, 0, 0, 0 })]
    [InlineData("Settings", 0, new byte[] { 0, 4, 255, 255, 255, 255 })]
    [InlineData("Headers", 1, new byte[] { 0xFF, 0xFF })]
    public async Task An_instance_that_breaks_the_rules_of_the_connection_is_left(string name, int stream, byte[] payload)
    {
        var kind = Enum.Parse<FrameKind>(name);
        var connections = 0;
        await using var backend = Frames(async (peer, frame) =>
        {
            if (Interlocked.Increment(ref connections) == 1)
                await peer.Send(kind, kind == FrameKind.Headers ? EndHeaders : (byte)0, stream, payload);
            else
                await Answer(peer, frame.Stream, ":status 204", EndStream);
        });
        await Route(backend.Port);
        using var peer = await RawPeer.Connect(gateway.Port);
        Assert.StartsWith("HTTP/1.1 502", await peer.Ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 204", await peer.Ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), StringComparison.Ordinal);
        Assert.Equal(2, backend.Connections);
    }

    [Fact]
    public async Task A_farewell_lets_what_is_under_way_end_and_brings_the_next_elsewhere()
    {
        await using var backend = Frames(async (peer, frame) =>
        {
            await peer.Send(FrameKind.GoAway, 0, 0, [0, 0, 0, (byte)frame.Stream, 0, 0, 0, 0]);
            await Answer(peer, frame.Stream, ":status 204", EndStream);
        });
        await Route(backend.Port);
        using var peer = await RawPeer.Connect(gateway.Port);
        for (var i = 1; i <= 3; i++)
        {
            Assert.StartsWith("HTTP/1.1 204", await peer.Ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), StringComparison.Ordinal);
            Assert.Equal(i, backend.Connections);
        }
    }

    [Fact]
    public async Task No_more_is_asked_at_once_than_the_instance_takes()
    {
        var go = new TaskCompletionSource();
        await using var backend = new RawBackend(async raw =>
        {
            using var peer = await FramePeer.Accept(raw);
            await peer.Send(FrameKind.Settings, 0, 0, [0, 3, 0, 0, 0, 2]);
            var open = new List<int>();
            while (true)
            {
                open.Add((await peer.Until(frame => frame.Kind == FrameKind.Headers)).Stream);
                Assert.True(open.Count <= 2, "more than two at once");
                await go.Task;
                foreach (var stream in open)
                    await Answer(peer, stream, ":status 204", EndStream);
                open.Clear();
            }
        });
        await Route(backend.Port);
        using var first = await RawPeer.Connect(gateway.Port);
        await first.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        await Eventually.True(() => backend.Connections == 1, "one connection");
        var others = await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            var peer = await RawPeer.Connect(gateway.Port);
            await peer.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
            return peer;
        }));
        await Eventually.True(() => backend.Connections >= 3, "further connections");
        go.SetResult();
        foreach (var peer in (RawPeer[])[first, .. others])
        {
            Assert.StartsWith("HTTP/1.1 204", await peer.ReadHead(), StringComparison.Ordinal);
            peer.Dispose();
        }
    }

    [Fact]
    public async Task Who_gives_up_gives_the_stream_up_and_not_the_connection()
    {
        var (heads, reset) = (0, new TaskCompletionSource<Frame>());
        await using var backend = Frames(async (peer, frame) =>
        {
            if (Interlocked.Increment(ref heads) == 1)
                reset.SetResult(await peer.Until(one => one.Kind == FrameKind.ResetStream));
            else
                await Answer(peer, frame.Stream, ":status 204", EndStream);
        });
        await Route(backend.Port);
        using (var gone = await RawPeer.Connect(gateway.Port))
        {
            await gone.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
            await Eventually.True(() => heads == 1, "the request is there");
        }
        Assert.Equal([0, 0, 0, (byte)Http2Error.Cancel], (await reset.Task.WaitAsync(TimeSpan.FromSeconds(20))).Payload);
        using var peer = await RawPeer.Connect(gateway.Port);
        Assert.StartsWith("HTTP/1.1 204", await peer.Ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), StringComparison.Ordinal);
        Assert.Equal(0, backend.Ended);
    }

    [Fact]
    public async Task Connections_to_an_instance_that_has_left_end_with_the_last_request_on_them()
    {
        var go = new TaskCompletionSource();
        await using var backend = Frames(async (peer, frame) =>
        {
            await go.Task;
            await Answer(peer, frame.Stream, ":status 204", EndStream);
        });
        await using var other = await KestrelBackend.Start("other", http2: true);
        await Route(backend.Port);
        using var peer = await RawPeer.Connect(gateway.Port);
        await peer.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        await Eventually.True(() => backend.Connections == 1, "the request is there");
        await Route(other.Port);
        using var client = new HttpClient();
        Assert.Equal("other", await client.GetStringAsync(gateway.Gateway.Address));
        Assert.Equal(0, backend.Ended);
        go.SetResult();
        Assert.StartsWith("HTTP/1.1 204", await peer.ReadHead(), StringComparison.Ordinal);
        await Eventually.True(() => backend.Ended == 1, "the connection has ended");
    }

    [Fact]
    public async Task An_instance_that_says_nothing_is_late()
    {
        await using var backend = Frames((_, _) => Task.CompletedTask);
        await gateway.Put(Service("web", Tables.Route(timeout: TimeSpan.FromMilliseconds(300)), Http2Release(_release, 1, backend.Port)));
        using var peer = await RawPeer.Connect(gateway.Port);
        Assert.StartsWith("HTTP/1.1 504", await peer.Ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), StringComparison.Ordinal);
        await gateway.Gateway.Reads(_release, reading => reading is { Requests: 1, Errors: 1, InFlight: 0 });
    }

    [Fact]
    public async Task An_upload_waits_for_the_window_and_a_PING_is_answered_meanwhile()
    {
        await using var backend = new RawBackend(async raw =>
        {
            using var peer = await FramePeer.Accept(raw);
            var stream = (await peer.Until(frame => frame.Kind == FrameKind.Headers)).Stream;
            var taken = 0;
            while (taken < 65_535)
                taken += (await peer.Until(frame => frame.Kind == FrameKind.Data)).Payload.Length;
            await peer.Send(FrameKind.Ping, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8]);
            Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], (await peer.Until(frame => frame.Kind is FrameKind.Ping or FrameKind.Data)).Payload);
            foreach (var which in (int[])[0, stream])
                await peer.Send(FrameKind.WindowUpdate, 0, which, [0, 1, 0x86, 0xA0]);
            while (taken < 100_000)
                taken += (await peer.Until(frame => frame.Kind == FrameKind.Data)).Payload.Length;
            await Answer(peer, stream, ":status 204", EndStream);
        });
        await Route(backend.Port);
        using var client = new HttpClient();
        using var answer = await client.PostAsync(gateway.Gateway.Address, new ByteArrayContent(new byte[100_000]));
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    private Task Route(int port) => gateway.Put(Service("web", Http2Release(_release, 1, port)));

    private static Task Answer(FramePeer peer, int stream, string fields, byte flags) => peer.Send(FrameKind.Headers, (byte)(EndHeaders | flags), stream, FramePeer.Encode(fields));

    /// <summary>Answers each head that comes by a function.</summary>
    private static RawBackend Frames(Func<FramePeer, Frame, Task> answer) => new(async raw =>
    {
        using var peer = await FramePeer.Accept(raw);
        while (true)
            await answer(peer, await peer.Until(frame => frame.Kind == FrameKind.Headers));
    });
}
