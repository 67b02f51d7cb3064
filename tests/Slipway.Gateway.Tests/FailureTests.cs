using System.Net.Sockets;

namespace Slipway.Gateway.Tests;

public sealed class FailureTests(SharedGateway gateway) : IClassFixture<SharedGateway>
{
    private const string Get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", Get)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf", Get)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", Get)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", "GET / HTTP/1.0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", "GET / HTTP/1.0\r\n\r\n")]
    public async Task An_answer_cut_short_never_looks_whole_and_is_counted_as_a_transport_failure(string given, string request)
    {
        await using var backend = new RawBackend(async peer =>
        {
            await peer.ReadHead();
            await peer.Send(given);
        });
        var release = await gateway.RouteTo(backend);
        using var client = await RawPeer.Connect(gateway.Port);
        await client.Send(request);
        // A reset may overtake the bytes before it; what may not come is a clean end.
        await Assert.ThrowsAsync<SocketException>(client.ReadToEnd);
        await gateway.Gateway.Reads(release, reading =>
            reading is { Requests: 1, TransportFailures: 1, Errors: 1, InFlight: 0 } && reading.StatusClasses.Sum() == 0);
    }

    [Fact]
    public async Task A_reset_in_an_answer_that_ends_with_its_connection_is_no_clean_end_either()
    {
        await using var backend = new RawBackend(async peer =>
        {
            await peer.ReadHead();
            await peer.Send("HTTP/1.1 200 OK\r\n\r\nhalf");
            await Task.Delay(50);
            peer.Reset();
        });
        await gateway.RouteTo(backend);
        using var client = await RawPeer.Connect(gateway.Port);
        await client.Send(Get);
        await Assert.ThrowsAsync<SocketException>(client.ReadToEnd);
    }

    [Fact]
    public async Task An_instance_that_does_not_answer_in_time_becomes_a_504_and_the_connection_lives_on()
    {
        await using var silent = new RawBackend(peer => peer.ReadToEnd());
        var release = await gateway.RouteTo(silent, TimeSpan.FromMilliseconds(300));
        using var client = await RawPeer.Connect(gateway.Port);
        Assert.StartsWith("HTTP/1.1 504 ", await client.Ask(Get));
        await gateway.Gateway.Reads(release, reading => reading is { Requests: 1, TransportFailures: 1, ErrorsInARow: 1 });
        await using var backend = RawBackend.Saying("well");
        await gateway.RouteTo(backend);
        Assert.EndsWith("well", await client.Ask(Get));
    }

    [Fact]
    public async Task A_slow_upload_is_not_a_slow_answer()
    {
        await using var backend = RawBackend.Each(async (peer, _) =>
        {
            await peer.Read(4);
            await peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        });
        var release = await gateway.RouteTo(backend, TimeSpan.FromMilliseconds(500));
        using var client = await RawPeer.Connect(gateway.Port);
        await client.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n");
        foreach (var letter in "abcd")
        {
            await Task.Delay(300);
            await client.Send(letter.ToString());
        }
        Assert.EndsWith("ok", await client.ReadAnswer());
        await gateway.Gateway.Reads(release, reading => reading is { Requests: 1, Errors: 0 }
            && reading.Latency.Keys.Single() < Core.Telemetry.LatencyBuckets.IndexOf(500_000));
    }

    [Fact]
    public async Task A_client_that_leaves_while_it_waits_is_no_error_of_the_release_and_frees_its_instance()
    {
        await using var backend = new RawBackend(peer => peer.ReadToEnd());
        var release = await gateway.RouteTo(backend);
        var client = await RawPeer.Connect(gateway.Port);
        await client.Send(Get);
        await gateway.Gateway.Reads(release, reading => reading.InFlight == 1);
        client.Dispose();
        await gateway.Gateway.Reads(release, reading => reading is { InFlight: 0, ClientAborts: 1, Errors: 0, Requests: 1 });
    }

    [Fact]
    public async Task A_client_that_breaks_off_its_upload_or_download_is_no_error_of_the_release()
    {
        await using var backend = RawBackend.Each(async (peer, head) =>
        {
            if (head.StartsWith("POST", StringComparison.Ordinal))
                await peer.ReadToEnd();
            else
                await peer.Send($"HTTP/1.1 200 OK\r\nContent-Length: 20000000\r\n\r\n{new string('x', 20_000_000)}");
        });
        var release = await gateway.RouteTo(backend);
        var uploader = await RawPeer.Connect(gateway.Port);
        await uploader.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf");
        uploader.Dispose();
        var downloader = await RawPeer.Connect(gateway.Port);
        await downloader.Send(Get);
        await downloader.Read(100);
        downloader.Reset();
        await gateway.Gateway.Reads(release, reading => reading is { InFlight: 0, ClientAborts: 2, Errors: 0, Requests: 2 });
    }

    [Fact]
    public async Task A_client_that_stops_in_its_body_is_given_up()
    {
        await using var backend = new RawBackend(peer => peer.ReadToEnd());
        var release = await gateway.RouteTo(backend);
        using var client = await RawPeer.Connect(gateway.Port);
        await client.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf");
        Assert.StartsWith("HTTP/1.1 408 ", await client.ReadToEnd());
        await gateway.Gateway.Reads(release, reading => reading is { InFlight: 0, ClientAborts: 1, Errors: 0 });
    }

    [Fact]
    public async Task A_client_that_does_not_read_stalls_nobody_else()
    {
        await using var backend = RawBackend.Each((peer, head) => head.Contains("/big", StringComparison.Ordinal)
            ? peer.Send($"HTTP/1.1 200 OK\r\nContent-Length: 4000000\r\n\r\n{new string('x', 4_000_000)}")
            : peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
        await gateway.RouteTo(backend);
        var slow = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => RawPeer.Connect(gateway.Port)));
        foreach (var one in slow)
            await one.Send("GET /big HTTP/1.1\r\nHost: x\r\n\r\n");
        using var client = await RawPeer.Connect(gateway.Port);
        for (var i = 0; i < 50; i++)
            Assert.EndsWith("ok", await client.Ask(Get));
        var head = await slow[0].ReadHead();
        Assert.Contains("200 OK", head);
        Assert.Equal(4_000_000, (await slow[0].Read(4_000_000)).Length);
        foreach (var one in slow)
            one.Dispose();
    }

    [Fact]
    public async Task Errors_in_a_row_rise_with_each_error_and_end_with_an_answer_below_500()
    {
        var status = 500;
        await using var backend = RawBackend.Each((peer, _) => peer.Send($"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n"));
        var release = await gateway.RouteTo(backend);
        using var client = await RawPeer.Connect(gateway.Port);
        for (var i = 0; i < 3; i++)
            await client.Ask(Get);
        await gateway.Gateway.Reads(release, reading => reading is { ErrorsInARow: 3, ErrorsInARowMax: 3, Errors: 3, Requests: 3 });
        status = 404;
        await client.Ask(Get);
        await gateway.Gateway.Reads(release, reading => reading is { ErrorsInARow: 0, ErrorsInARowMax: 3, Errors: 3, Requests: 4 } && reading.StatusClasses[3] == 1);
    }
}
