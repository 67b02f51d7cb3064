using System.Net;
using System.Net.Sockets;
using Slipway.Gateway.Balancing;
using static Slipway.Gateway.Tests.Tables;

namespace Slipway.Gateway.Tests;

public sealed class BalancingTests(SharedGateway gateway) : IClassFixture<SharedGateway>
{
    private const string Get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

    [Theory]
    [InlineData(10, 90)]
    [InlineData(1, 99)]
    [InlineData(50, 50)]
    [InlineData(33, 67)]
    [InlineData(10, 40, 50)]
    [InlineData(1, 2, 97)]
    public void Shares_are_exact_in_every_window_and_evenly_interleaved(params int[] weights)
    {
        var sequence = new WeightedSequence(weights);
        var turns = Enumerable.Range(0, 400).Select(turn => sequence.At((ulong)turn)).ToArray();
        for (var start = 0; start < 300; start++)
        {
            for (var place = 0; place < weights.Length; place++)
                Assert.Equal(weights[place], turns.Skip(start).Take(100).Count(turn => turn == place));
        }
        var gapMax = (100 + weights[0] - 1) / weights[0];
        for (var start = 0; start < 300; start++)
            Assert.Contains(0, turns.Skip(start).Take(gapMax));
    }

    [Fact]
    public async Task Of_100_requests_exactly_10_reach_a_release_of_weight_10()
    {
        await using var stable = RawBackend.Saying("stable");
        await using var candidate = RawBackend.Saying("candidate");
        var (one, other) = (SharedGateway.NewRelease(), SharedGateway.NewRelease());
        await gateway.Put(Service("web", Release(one, 90, stable.Port), Release(other, 10, candidate.Port)));
        using var client = await RawPeer.Connect(gateway.Port);
        for (var i = 0; i < 200; i++)
            await client.Ask(Get);
        Assert.Equal((180, 20), (stable.Heads.Count, candidate.Heads.Count));
        await gateway.Gateway.Reads(other, reading => reading is { Requests: 20, Errors: 0, InFlight: 0 } && reading.Latency.Values.Sum() == 20);
    }

    [Fact]
    public async Task A_share_counts_only_among_releases_that_have_an_instance()
    {
        await using var stable = RawBackend.Saying("stable");
        await gateway.Put(Service("web", Release(Blue, 50, stable.Port), Release(Green, 50)));
        using var client = await RawPeer.Connect(gateway.Port);
        for (var i = 0; i < 4; i++)
            Assert.EndsWith("stable", await client.Ask(Get));
    }

    [Fact]
    public async Task A_cookie_keeps_a_user_on_a_release_while_that_release_has_weight()
    {
        await using var stable = RawBackend.Saying("stable");
        await using var candidate = RawBackend.Saying("candidate");
        await gateway.Put(Service("web", Route(sticky: true), Release(Blue, 50, stable.Port), Release(Green, 50, candidate.Port)));
        using var client = await RawPeer.Connect(gateway.Port);
        var given = new Dictionary<string, string>();
        while (given.Count < 2)
        {
            var answer = await client.Ask(Get);
            given[answer.EndsWith("candidate", StringComparison.Ordinal) ? "candidate" : "stable"] = CookieOf(answer);
        }
        for (var i = 0; i < 10; i++)
        {
            var answer = await client.Ask($"GET / HTTP/1.1\r\nHost: x\r\nCookie: a=b; {given["candidate"]}; c=d\r\n\r\n");
            Assert.EndsWith("candidate", answer);
            Assert.DoesNotContain("Set-Cookie", answer);
        }
        await gateway.Put(Service("web", Route(sticky: true), Release(Blue, 100, stable.Port), Release(Green, 0, candidate.Port)));
        var moved = await client.Ask($"GET / HTTP/1.1\r\nHost: x\r\nCookie: {given["candidate"]}\r\n\r\n");
        Assert.Contains($"Set-Cookie: {given["stable"]}; Path=/; HttpOnly; SameSite=Lax\r\n", moved);
        Assert.EndsWith("stable", moved);
    }

    [Fact]
    public async Task Nobody_can_choose_a_release_by_a_cookie_of_their_own()
    {
        await using var stable = RawBackend.Saying("stable");
        await using var candidate = RawBackend.Saying("candidate");
        await gateway.Put(Service("web", Route(sticky: true), Release(Blue, 999_999, stable.Port), Release(Green, 1, candidate.Port)));
        using var client = await RawPeer.Connect(gateway.Port);
        // Of a million turns the candidate has one, which may be the first.
        await client.Ask(Get);
        var cookie = CookieOf(await client.Ask(Get));
        foreach (var forged in (string[])[Green, cookie.Replace(Blue, Green, StringComparison.Ordinal)[12..], $"{Green}.", $"{Green}.AAAAAAAAAAAAAAAAAAAAAA"])
        {
            var answer = await client.Ask($"GET / HTTP/1.1\r\nHost: x\r\nCookie: slipway-web={forged}\r\n\r\n");
            Assert.EndsWith("stable", answer);
            Assert.Contains($"Set-Cookie: {cookie};", answer);
        }
    }

    private static string CookieOf(string answer)
    {
        var at = answer.IndexOf("Set-Cookie: ", StringComparison.Ordinal) + 12;
        return answer[at..answer.IndexOf(';', at)];
    }

    [Fact]
    public async Task New_requests_go_to_the_instance_with_the_least_in_flight()
    {
        var release = new TaskCompletionSource();
        await using var busy = RawBackend.Each(async (peer, _) =>
        {
            await release.Task;
            await peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbusy");
        });
        await using var free = RawBackend.Saying("free");
        await gateway.Put(Service("web", Release(Blue, 1, busy.Port)));
        using var waiting = await RawPeer.Connect(gateway.Port);
        await waiting.Send(Get);
        await Eventually.True(() => busy.Heads.Count == 1, "the first request waits");
        await gateway.Put(Service("web", Release(Blue, 1, busy.Port, free.Port)));
        using var client = await RawPeer.Connect(gateway.Port);
        for (var i = 0; i < 6; i++)
            Assert.EndsWith("free", await client.Ask(Get));
        release.SetResult();
        Assert.EndsWith("busy", await waiting.ReadAnswer());
    }

    [Fact]
    public async Task A_refused_connection_is_tried_on_another_instance_and_counted_where_it_failed()
    {
        await using var alive = RawBackend.Saying("alive");
        var (one, other) = (SharedGateway.NewRelease(), SharedGateway.NewRelease());
        await gateway.Put(Service("web", Release(one, 50, alive.Port), Release(other, 50, FreePort())));
        using var client = await RawPeer.Connect(gateway.Port);
        for (var i = 0; i < 10; i++)
            Assert.EndsWith("alive", await client.Ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"));
        await gateway.Gateway.Reads(one, reading => reading is { Requests: 10, Errors: 0 });
        await gateway.Gateway.Reads(other, reading => reading is { Requests: 5, Errors: 5, TransportFailures: 5, ErrorsInARow: 5 });
    }

    [Fact]
    public async Task An_instance_that_refuses_is_put_aside_for_a_while_and_used_again_when_it_is_the_only_one()
    {
        await using var alive = RawBackend.Saying("alive");
        var dead = FreePort();
        var release = SharedGateway.NewRelease();
        await gateway.Put(Service("web", Release(release, 1, alive.Port, dead)));
        using var client = await RawPeer.Connect(gateway.Port);
        for (var i = 0; i < 6; i++)
            Assert.EndsWith("alive", await client.Ask(Get));
        Assert.InRange((await gateway.Gateway.Read(release)).TransportFailures, 1, 3);
        await gateway.Put(Service("web", Release(release, 1, dead)));
        Assert.StartsWith("HTTP/1.1 502 ", await client.Ask(Get));
        var listener = new TcpListener(IPAddress.Loopback, dead);
        listener.Start();
        var answering = Task.Run(async () =>
        {
            using var peer = new RawPeer(await listener.AcceptSocketAsync());
            await peer.ReadHead();
            await peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nup");
        });
        Assert.EndsWith("up", await client.Ask(Get));
        await answering;
        listener.Stop();
    }

    [Fact]
    public async Task A_kept_connection_that_was_closed_at_rest_loses_no_request()
    {
        await using var backend = new RawBackend(async peer =>
        {
            var head = await peer.ReadHead();
            var body = head!.StartsWith("POST", StringComparison.Ordinal) ? await peer.Read(3) : "get";
            await peer.Send($"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{body}");
        });
        var release = await gateway.RouteTo(backend);
        using var client = await RawPeer.Connect(gateway.Port);
        for (var i = 0; i < 20; i++)
        {
            Assert.EndsWith("get", await client.Ask(Get));
            // What is closed only while the next request is on its way is another thing: nobody can know whether it was read.
            var closed = (2 * i) + 1;
            await Eventually.True(() => Task.FromResult(backend.Ended >= closed), () => "it is closed at rest");
            Assert.EndsWith("abc", await client.Ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"));
        }
        await gateway.Gateway.Reads(release, reading => reading.StatusClasses[1] == 40);
    }

    [Fact]
    public async Task A_post_on_a_connection_that_breaks_after_it_was_sent_is_never_sent_twice()
    {
        await using var backend = new RawBackend(async peer =>
        {
            await peer.ReadHead();
            await peer.Read(3);
            peer.Reset();
        });
        var release = await gateway.RouteTo(backend);
        using var client = await RawPeer.Connect(gateway.Port);
        Assert.StartsWith("HTTP/1.1 502 ", await client.Ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"));
        Assert.Equal(1, backend.Connections);
        await gateway.Gateway.Reads(release, reading => reading is { Requests: 1, TransportFailures: 1 });
    }

    [Fact]
    public async Task Requests_without_a_route_or_an_instance_are_told_so_and_counted_as_unrouted()
    {
        await gateway.Put(Service("web", Route("/only"), Release(Blue, 1)));
        var before = (await gateway.Gateway.Read()).Unrouted;
        using var client = await RawPeer.Connect(gateway.Port);
        var notFound = await client.Ask(Get);
        Assert.StartsWith("HTTP/1.1 404 ", notFound);
        Assert.Contains("Content-Type: application/problem+json", notFound);
        var unavailable = await client.Ask("GET /only HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 503 ", unavailable);
        Assert.Contains("Retry-After: 1\r\n", unavailable);
        Assert.Equal(before + 2, (await gateway.Gateway.Read()).Unrouted);
    }

    [Fact]
    public async Task A_route_that_holds_lets_requests_wait_for_a_table_with_an_instance()
    {
        await using var backend = RawBackend.Saying("late");
        await gateway.Put(Service("web", Route(hold: TimeSpan.FromSeconds(20)), Release(Blue, 1, FreePort())), Service("nobody", Route("/n", hold: TimeSpan.FromMilliseconds(50)), Release(Blue, 1)));
        using var client = await RawPeer.Connect(gateway.Port);
        await client.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
        using var impatient = await RawPeer.Connect(gateway.Port);
        Assert.StartsWith("HTTP/1.1 503 ", await impatient.Ask("GET /n HTTP/1.1\r\nHost: x\r\n\r\n"));
        await gateway.Put(Service("web", Route(hold: TimeSpan.FromSeconds(20)), Release(Blue, 1, backend.Port)));
        Assert.EndsWith("late", await client.ReadAnswer());
    }

    private static int FreePort()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        return port;
    }
}
