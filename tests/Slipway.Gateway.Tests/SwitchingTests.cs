using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using static Slipway.Gateway.Tests.Tables;

namespace Slipway.Gateway.Tests;

public sealed class SwitchingTests(SharedGateway gateway) : IClassFixture<SharedGateway>
{
    [Fact]
    public async Task No_request_upload_stream_or_socket_is_lost_over_200_switches()
    {
        await using var blue = await KestrelBackend.Start("blue");
        await using var green = await KestrelBackend.Start("green");
        var (one, other) = (SharedGateway.NewRelease(), SharedGateway.NewRelease());
        await gateway.Put(Service("web", Release(one, 1, blue.Port)));
        using var ended = new CancellationTokenSource();
        using var http = new HttpClient(new SocketsHttpHandler { PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan }) { BaseAddress = gateway.Gateway.Address };
        var connectionsBefore = await ConnectionsTotal();
        Task<int>[] loads =
        [
            .. Enumerable.Range(0, 4).Select(_ => Repeat(ended.Token, () => Get(http))),
            .. Enumerable.Range(0, 2).Select(_ => Repeat(ended.Token, () => Upload(http, 200_000))),
            Repeat(ended.Token, () => Stream(http)),
            Repeat(ended.Token, () => Talk(20)),
        ];
        for (var i = 0; i < 200; i++)
        {
            var (old, next) = i % 2 == 0 ? (Release(one, 0, blue.Port), Release(other, 1, green.Port)) : (Release(other, 0, green.Port), Release(one, 1, blue.Port));
            await gateway.Put(i % 3 == 0 ? Service("web", next) : Service("web", old, next));
            await Task.Delay(5);
        }
        await ended.CancelAsync();
        var counts = await Task.WhenAll(loads);
        Assert.All(counts, count => Assert.True(count > 0));
        await gateway.Gateway.Reads(one, reading => reading.InFlight == 0);
        await gateway.Gateway.Reads(other, reading => reading.InFlight == 0);
        var reading = await gateway.Gateway.Read();
        var both = reading.Releases.Where(traffic => traffic.Release.ToString() == one || traffic.Release.ToString() == other).ToList();
        Assert.Equal(counts.Sum(), both.Sum(traffic => traffic.Requests));
        Assert.Equal(blue.Served + green.Served, counts.Sum());
        Assert.All(both, traffic => Assert.Equal((0, 0), (traffic.Errors, traffic.ClientAborts)));
        // The loads keep their connections: only the sockets open one for each talk.
        Assert.InRange(await ConnectionsTotal() - connectionsBefore, 1, 8 + counts[^1]);
    }

    [Fact]
    public async Task Events_arrive_one_by_one_as_they_are_sent()
    {
        var next = new SemaphoreSlim(0);
        await using var backend = new RawBackend(async peer =>
        {
            await peer.ReadHead();
            await peer.Send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (var i = 0; i < 3; i++)
            {
                await next.WaitAsync();
                await peer.Send($"9\r\ndata: {i}\n\n\r\n");
            }
            await peer.Send("0\r\n\r\n");
        });
        await gateway.RouteTo(backend);
        using var http = new HttpClient { BaseAddress = gateway.Gateway.Address };
        await using var stream = await http.GetStreamAsync("");
        var buffer = new byte[64];
        for (var i = 0; i < 3; i++)
        {
            next.Release();
            Assert.Equal($"data: {i}\n\n", Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer)));
        }
        Assert.Equal(0, await stream.ReadAsync(buffer));
    }

    [Fact]
    public async Task A_tunnel_ends_each_direction_on_its_own()
    {
        await using var backend = new RawBackend(async peer =>
        {
            var head = await peer.ReadHead();
            Assert.Contains("Connection: Upgrade\r\nUpgrade: echo/1\r\n", head);
            await peer.Send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo/1\r\n\r\nhello ");
            var all = await peer.ReadToEnd();
            await peer.Send(all + " and bye");
        });
        var release = await gateway.RouteTo(backend);
        using var client = await RawPeer.Connect(gateway.Port);
        await client.Send("GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: echo/1\r\n\r\nearly");
        Assert.StartsWith("HTTP/1.1 101 ", await client.ReadHead());
        Assert.Equal("hello ", await client.Read(6));
        await client.Send(" late");
        await gateway.Gateway.Reads(release, reading => reading is { InFlight: 1, Requests: 0 });
        client.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        Assert.Equal("early late and bye", await client.ReadToEnd());
        await gateway.Gateway.Reads(release, reading => reading is { InFlight: 0, Requests: 1 } && reading.StatusClasses[0] == 1);
    }

    [Fact]
    public async Task Large_bodies_pass_both_ways_unchanged()
    {
        await using var backend = await KestrelBackend.Start("x");
        await gateway.Put(Service("web", Release(SharedGateway.NewRelease(), 1, backend.Port)));
        using var http = new HttpClient { BaseAddress = gateway.Gateway.Address };
        var body = RandomNumberGenerator.GetBytes(3_000_000);
        Assert.Equal(body, await (await http.PostAsync("echo", new ByteArrayContent(body))).Content.ReadAsByteArrayAsync());
        using var chunked = new HttpRequestMessage(HttpMethod.Post, "echo") { Content = new StreamContent(new MemoryStream(body)) };
        chunked.Headers.TransferEncodingChunked = true;
        Assert.Equal(body, await (await http.SendAsync(chunked)).Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Requests_in_flight_finish_on_their_instance_after_it_has_left_and_its_connections_at_rest_are_closed()
    {
        var release = new TaskCompletionSource();
        var closed = new TaskCompletionSource();
        await using var old = new RawBackend(async peer =>
        {
            while (await peer.ReadHead() is { } head)
            {
                if (head.Contains("/slow", StringComparison.Ordinal))
                    await release.Task;
                await peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nold");
            }
            closed.TrySetResult();
        });
        await using var next = RawBackend.Saying("new");
        var oldRelease = await gateway.RouteTo(old);
        using var slow = await RawPeer.Connect(gateway.Port);
        using var client = await RawPeer.Connect(gateway.Port);
        await slow.Send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.EndsWith("old", await client.Ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
        await gateway.Gateway.Reads(oldRelease, reading => reading is { InFlight: 1, Requests: 1 });
        await gateway.RouteTo(next);
        Assert.EndsWith("new", await client.Ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
        await closed.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(1, (await gateway.Gateway.Read(oldRelease)).InFlight);
        release.SetResult();
        Assert.EndsWith("old", await slow.ReadAnswer());
        Assert.EndsWith("new", await slow.Ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
    }

    private static async Task<int> Repeat(CancellationToken ended, Func<Task> once)
    {
        var count = 0;
        for (; !ended.IsCancellationRequested || count == 0; count++)
            await once();
        return count;
    }

    private static async Task Get(HttpClient http) => Assert.True(await http.GetStringAsync("") is "blue" or "green");

    private static async Task Upload(HttpClient http, int length)
    {
        var body = RandomNumberGenerator.GetBytes(length);
        using var answer = await http.PostAsync("hash", new ByteArrayContent(body));
        Assert.Equal(Convert.ToHexString(SHA256.HashData(body)), await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync());
    }

    private static async Task Stream(HttpClient http)
    {
        var text = await http.GetStringAsync("events?count=20");
        Assert.Equal(20, text.Split("\n\n").Length - 1);
    }

    private async Task Talk(int messages)
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new($"ws://127.0.0.1:{gateway.Port}/socket"), default);
        var buffer = new byte[1024];
        for (var i = 0; i < messages; i++)
        {
            var text = Encoding.ASCII.GetBytes($"message {i}");
            await socket.SendAsync(text, WebSocketMessageType.Text, endOfMessage: true, default);
            var echo = await socket.ReceiveAsync(buffer.AsMemory(), default);
            Assert.Equal(text, buffer[..echo.Count]);
            await Task.Delay(10);
        }
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", default);
        Assert.Equal(WebSocketState.Closed, socket.State);
    }

    private async Task<long> ConnectionsTotal()
    {
        var text = await gateway.Gateway.Admin.GetStringAsync("metrics");
        const string Name = "\nslipway_gateway_connections_total ";
        return long.Parse(text[(text.IndexOf(Name, StringComparison.Ordinal) + Name.Length)..].Split('\n')[0]);
    }
}
