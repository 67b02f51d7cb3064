using System.Buffers.Binary;
using System.Text;
using Slipway.Gateway.Http2;
using static Slipway.Gateway.Tests.Tables;

namespace Slipway.Gateway.Tests;

/// <summary>HTTP/2 frame by frame: what the rules forbid, and what only keeps a server busy.</summary>
public sealed class Http2RulesTests(SharedGateway gateway) : IClassFixture<SharedGateway>, IAsyncLifetime
{
    private readonly RawBackend _backend = RawBackend.Saying("ok");

    public async ValueTask InitializeAsync() => await gateway.Put(Service("web", Release(SharedGateway.NewRelease(), 1, _backend.Port)));

    public ValueTask DisposeAsync() => _backend.DisposeAsync();

    [Fact]
    public async Task A_request_is_answered_with_its_frames()
    {
        using var peer = await FramePeer.Connect(gateway.Port);
        await peer.Send(FrameKind.Headers, 5, 1, Get());
        var head = await peer.Until(frame => frame.Kind == FrameKind.Headers);
        Assert.Equal(1, head.Stream);
        Assert.Contains(":status 200", FramePeer.Decode(head.Payload));
        Assert.Contains("content-length 2", FramePeer.Decode(head.Payload));
        var data = await peer.Until(frame => frame.Kind == FrameKind.Data);
        Assert.Equal("ok", Encoding.ASCII.GetString(data.Payload));
        Assert.True((data.Flags & 1) != 0);
        await peer.Send(FrameKind.Ping, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8]);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], (await peer.Until(frame => frame.Kind == FrameKind.Ping)).Payload);
    }

    public static TheoryData<string> Malformed =>
    [
        ":method GET|:scheme http|:authority x", ":method GET|:path /|:authority x", ":scheme http|:path /|:authority x", ":method GET|:scheme http|:path /",
        ":method GET|:method GET|:scheme http|:path /|:authority x", ":method GET|:scheme http|:path |:authority x", ":method GET|:scheme http|:path a|:authority x",
        ":method GET|:scheme ftp|:path /|:authority x", ":method GET|:scheme http|:path /|:authority x|:status 200", ":method GET|:scheme http|:path /|a b|:authority x",
        ":method GET|:scheme http|:path /|:authority user@x", ":method G ET|:scheme http|:path /|:authority x", ":method GET|:scheme http|:path /a b HTTP/1.1|:authority x",
        ":method GET|:scheme http|:path /|:authority x|Upper a", ":method GET|:scheme http|:path /|:authority x|connection close", ":method GET|:scheme http|:path /|:authority x|transfer-encoding chunked",
        ":method GET|:scheme http|:path /|:authority x|upgrade h2c", ":method GET|:scheme http|:path /|:authority x|te gzip", ":method GET|:scheme http|:path /|:authority x|a:b c",
        ":method GET|:scheme http|:path /|:authority x|a b\r\nevil: 1", ":method GET|:scheme http|:path /|:authority x|a b\0", ":method GET|:scheme http|:path /|:authority x|a  b",
        ":method GET|:scheme http|:path /|:authority x|host y", ":method POST|:scheme http|:path /|:authority x|content-length 1|content-length 1", ":method POST|:scheme http|:path /|:authority x|content-length -1",
        ":method GET\r\n|:scheme http|:path /|:authority x", ":method GET|:scheme http|:path /\r\nevil: 1|:authority x", ":method GET|:scheme http|:path /|:authority x\r\nevil: 1",
    ];

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task A_malformed_request_ends_its_stream_and_reaches_nobody(string fields)
    {
        using var peer = await FramePeer.Connect(gateway.Port);
        await peer.Send(FrameKind.Headers, 5, 1, FramePeer.Encode(fields));
        var reset = await peer.Until(frame => frame.Kind is FrameKind.ResetStream or FrameKind.GoAway or FrameKind.Headers);
        Assert.Equal(FrameKind.ResetStream, reset.Kind);
        Assert.Equal((int)Http2Error.Protocol, BinaryPrimitives.ReadInt32BigEndian(reset.Payload));
        Assert.Empty(_backend.Heads);
        // The connection goes on.
        await peer.Send(FrameKind.Headers, 5, 3, Get());
        Assert.Equal(3, (await peer.Until(frame => frame.Kind == FrameKind.Headers)).Stream);
    }

    [Theory]
    [InlineData("a body longer than it says", (int)Http2Error.Protocol)]
    [InlineData("a body shorter than it says", (int)Http2Error.Protocol)]
    [InlineData("more after the end", (int)Http2Error.StreamClosed)]
    public async Task What_goes_wrong_with_a_body_ends_its_stream(string what, int error)
    {
        await using var slow = RawBackend.Each(async (peer, _) => await peer.ReadToEnd());
        await gateway.Put(Service("web", Release(SharedGateway.NewRelease(), 1, slow.Port)));
        using var peer = await FramePeer.Connect(gateway.Port);
        await peer.Send(FrameKind.Headers, 4, 1, FramePeer.Encode(":method POST|:scheme http|:path /|:authority x|content-length 3"));
        await peer.Send(FrameKind.Data, (byte)(what.StartsWith("a body shorter", StringComparison.Ordinal) ? 1 : 0), 1, "abcd"u8[..(what.Contains("longer", StringComparison.Ordinal) ? 4 : what.Contains("shorter", StringComparison.Ordinal) ? 2 : 3)].ToArray());
        if (what.StartsWith("more", StringComparison.Ordinal))
        {
            await peer.Send(FrameKind.Data, 1, 1, []);
            await peer.Send(FrameKind.Data, 0, 1, "e"u8.ToArray());
        }
        var reset = await peer.Until(frame => frame.Kind == FrameKind.ResetStream);
        Assert.Equal(error, BinaryPrimitives.ReadInt32BigEndian(reset.Payload));
    }

    public static TheoryData<string, int> Breaches => new()
    {
        { "data before anything", (int)Http2Error.Protocol },
        { "an even stream", (int)Http2Error.Protocol },
        { "stream zero", (int)Http2Error.Protocol },
        { "a stream again", (int)Http2Error.StreamClosed },
        { "a push", (int)Http2Error.Protocol },
        { "a frame between fields", (int)Http2Error.Protocol },
        { "a continuation of nothing", (int)Http2Error.Protocol },
        { "no list", (int)Http2Error.Compression },
        { "a frame too long", (int)Http2Error.FrameSize },
        { "a ping too short", (int)Http2Error.FrameSize },
        { "settings of half", (int)Http2Error.FrameSize },
        { "a window too large", (int)Http2Error.FlowControl },
        { "a window of nothing", (int)Http2Error.Protocol },
        { "more than the window", (int)Http2Error.FlowControl },
        { "padding that is more than all", (int)Http2Error.Protocol },
        { "endless fields", (int)Http2Error.EnhanceYourCalm },
        { "empty continuations", (int)Http2Error.EnhanceYourCalm },
        { "pings without end", (int)Http2Error.EnhanceYourCalm },
        { "settings without end", (int)Http2Error.EnhanceYourCalm },
        { "empty data without end", (int)Http2Error.EnhanceYourCalm },
        { "requests that are given up", (int)Http2Error.EnhanceYourCalm },
    };

    [Theory]
    [MemberData(nameof(Breaches))]
    public async Task A_breach_ends_the_connection_and_says_why(string what, int error)
    {
        var hold = new TaskCompletionSource();
        // It reads nothing of a body, so that windows are not opened again.
        await using var silent = RawBackend.Each((_, _) => hold.Task);
        await gateway.Put(Service("web", Release(SharedGateway.NewRelease(), 1, silent.Port)));
        using var peer = await FramePeer.Connect(gateway.Port);
        await Commit(peer, what);
        var away = await peer.Until(frame => frame.Kind == FrameKind.GoAway);
        Assert.Equal(error, BinaryPrimitives.ReadInt32BigEndian(away.Payload.AsSpan(4)));
        await peer.Ended();
        hold.SetResult();
    }

    private static async Task Commit(FramePeer peer, string what)
    {
        switch (what)
        {
            case "data before anything":
                await peer.Send(FrameKind.Data, 0, 1, [1]);
                break;
            case "an even stream":
                await peer.Send(FrameKind.Headers, 5, 2, Get());
                break;
            case "stream zero":
                await peer.Send(FrameKind.Headers, 5, 0, Get());
                break;
            case "a stream again":
                await peer.Send(FrameKind.Headers, 5, 3, Get());
                await peer.Send(FrameKind.Headers, 5, 1, Get());
                break;
            case "a push":
                await peer.Send(FrameKind.PushPromise, 4, 1, [0, 0, 0, 2]);
                break;
            case "a frame between fields":
                await peer.Send(FrameKind.Headers, 1, 1, Get());
                await peer.Send(FrameKind.Ping, 0, 0, new byte[8]);
                break;
            case "a continuation of nothing":
                await peer.Send(FrameKind.Continuation, 4, 1, Get());
                break;
            case "no list":
                await peer.Send(FrameKind.Headers, 5, 1, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
                break;
            case "a frame too long":
                await peer.Send(FrameKind.Data, 0, 1, new byte[16_385]);
                break;
            case "a ping too short":
                await peer.Send(FrameKind.Ping, 0, 0, new byte[7]);
                break;
            case "settings of half":
                await peer.Send(FrameKind.Settings, 0, 0, new byte[7]);
                break;
            case "a window too large":
                await peer.Send(FrameKind.WindowUpdate, 0, 0, [0x7F, 0xFF, 0xFF, 0xFF]);
                break;
            case "a window of nothing":
                await peer.Send(FrameKind.WindowUpdate, 0, 0, new byte[4]);
                break;
            case "more than the window":
                await peer.Send(FrameKind.Headers, 4, 1, FramePeer.Encode(":method POST|:scheme http|:path /|:authority x"));
                for (var i = 0; i < 2000; i++)
                    await peer.Send(FrameKind.Data, 0, 1, new byte[16_384]);
                break;
            case "padding that is more than all":
                await peer.Send(FrameKind.Headers, 4, 1, FramePeer.Encode(":method POST|:scheme http|:path /|:authority x"));
                await peer.Send(FrameKind.Data, 8, 1, [5, 1]);
                break;
            case "endless fields":
                await peer.Send(FrameKind.Headers, 1, 1, Get());
                for (var i = 0; i < 3; i++)
                    await peer.Send(FrameKind.Continuation, 0, 1, new byte[16_000]);
                break;
            case "empty continuations":
                await peer.Send(FrameKind.Headers, 1, 1, Get());
                await Many(peer, FrameKind.Continuation, 0, 1, []);
                break;
            case "pings without end":
                await Many(peer, FrameKind.Ping, 0, 0, new byte[8]);
                break;
            case "settings without end":
                await Many(peer, FrameKind.Settings, 0, 0, []);
                break;
            case "empty data without end":
                await peer.Send(FrameKind.Headers, 4, 1, FramePeer.Encode(":method POST|:scheme http|:path /|:authority x"));
                await Many(peer, FrameKind.Data, 0, 1, []);
                break;
            default:
                for (var i = 0; i < 250; i++)
                {
                    await peer.Send(FrameKind.Headers, 5, 2 * i + 1, Get());
                    await peer.Send(FrameKind.ResetStream, 0, 2 * i + 1, [0, 0, 0, 8]);
                }
                break;
        }
    }

    private static async Task Many(FramePeer peer, FrameKind kind, byte flags, int stream, byte[] payload)
    {
        for (var i = 0; i < 1_100; i++)
            await peer.Send(kind, flags, stream, payload);
    }

    [Fact]
    public async Task A_list_that_is_too_large_is_answered_and_the_connection_goes_on()
    {
        using var peer = await FramePeer.Connect(gateway.Port);
        var large = string.Join('|', Enumerable.Range(0, 5).Select(i => $"x-{i} {new string('a', 6_000)}"));
        var list = FramePeer.Encode($":method GET|:scheme http|:path /|:authority x|{large}|x-more {new string('a', 5_000)}");
        // Coded it fits, decoded it does not: one field that came is said again and again.
        var kept = FramePeer.Keep("x-kept", new string('k', 3_000));
        byte[] many = [.. FramePeer.Encode(":method GET|:scheme http|:path /|:authority x"), .. kept, .. Enumerable.Repeat((byte)0xBE, 20)];
        await peer.Send(FrameKind.Headers, 5, 1, many);
        Assert.Contains(":status 431", FramePeer.Decode((await peer.Until(frame => frame.Kind == FrameKind.Headers)).Payload));
        await peer.Send(FrameKind.Headers, 5, 3, Get());
        Assert.Contains(":status 200", FramePeer.Decode((await peer.Until(frame => frame.Kind == FrameKind.Headers)).Payload));
        Assert.True(list.Length > 30_000);
    }

    [Fact]
    public async Task No_more_requests_run_at_once_than_were_said()
    {
        await using var silent = RawBackend.Each(async (peer, _) => await peer.ReadToEnd());
        await gateway.Put(Service("web", Release(SharedGateway.NewRelease(), 1, silent.Port)));
        using var peer = await FramePeer.Connect(gateway.Port);
        for (var i = 0; i <= 128; i++)
            await peer.Send(FrameKind.Headers, 5, 2 * i + 1, Get());
        var reset = await peer.Until(frame => frame.Kind == FrameKind.ResetStream);
        Assert.Equal((257, (int)Http2Error.RefusedStream), (reset.Stream, BinaryPrimitives.ReadInt32BigEndian(reset.Payload)));
    }

    [Fact]
    public async Task An_answer_goes_as_far_as_the_windows_allow()
    {
        var body = new string('b', 100_000);
        await using var large = RawBackend.Saying(body);
        await gateway.Put(Service("web", Release(SharedGateway.NewRelease(), 1, large.Port)));
        using var peer = await FramePeer.Connect(gateway.Port);
        // A window of ten bytes for each stream.
        await peer.Send(FrameKind.Settings, 0, 0, [0, 4, 0, 0, 0, 10]);
        await peer.Send(FrameKind.Headers, 5, 1, Get());
        Assert.Equal(10, (await peer.Until(frame => frame.Kind == FrameKind.Data)).Payload.Length);
        await peer.Send(FrameKind.WindowUpdate, 0, 1, [0, 0, 0, 5]);
        Assert.Equal(5, (await peer.Until(frame => frame.Kind == FrameKind.Data)).Payload.Length);
        // Smaller than what has gone already: it opens only beyond that.
        await peer.Send(FrameKind.Settings, 0, 0, [0, 4, 0, 0, 0, 0]);
        await peer.Send(FrameKind.WindowUpdate, 0, 1, [0, 0, 0, 17]);
        Assert.Equal(7, (await peer.Until(frame => frame.Kind == FrameKind.Data)).Payload.Length);
        await peer.Send(FrameKind.WindowUpdate, 0, 1, [0, 1, 0x86, 0xA0]);
        var rest = 0;
        while (rest < 65_535 - 22)
            rest += (await peer.Until(frame => frame.Kind == FrameKind.Data)).Payload.Length;
        Assert.Equal(65_535 - 22, rest);
        await peer.Send(FrameKind.WindowUpdate, 0, 0, [0, 1, 0x86, 0xA0]);
        while (rest < 100_000 - 22)
            rest += (await peer.Until(frame => frame.Kind == FrameKind.Data)).Payload.Length;
    }

    [Fact]
    public async Task Trailers_of_a_request_end_it_and_go_no_further()
    {
        await using var echo = await KestrelBackend.Start("one");
        await gateway.Put(Service("web", Release(SharedGateway.NewRelease(), 1, echo.Port)));
        using var peer = await FramePeer.Connect(gateway.Port);
        await peer.Send(FrameKind.Headers, 4, 1, FramePeer.Encode(":method POST|:scheme http|:path /echo|:authority x"));
        await peer.Send(FrameKind.Data, 8, 1, [3, .. "hello"u8, 0, 0, 0]);
        await peer.Send(FrameKind.Headers, 5, 1, FramePeer.Encode("x-sum 5"));
        Assert.Equal("hello", Encoding.ASCII.GetString((await peer.Until(frame => frame.Kind == FrameKind.Data)).Payload));
    }

    private static byte[] Get() => FramePeer.Encode(":method GET|:scheme http|:path /|:authority x");
}
