using System.Net;
using System.Runtime.Versioning;
using static Slipway.Gateway.Tests.Tables;

namespace Slipway.Gateway.Tests;

[SupportedOSPlatform("linux")]
public sealed class UpgradeTests : IDisposable
{
    private const string Get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

    private readonly string _home = Directory.CreateTempSubdirectory("gw").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task A_successor_takes_port_table_and_home_and_no_request_fails_meanwhile()
    {
        await using var backend = RawBackend.Saying("served");
        await using var first = await GatewayProcess.Start(_home);
        await first.Put(Service("web", Release(Blue, 1, backend.Port)));
        using var stop = new CancellationTokenSource();
        var (asked, failed) = (0, new List<string>());
        var asking = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                // A connection of its own each time: none may be refused, none may be forgotten in a queue.
                using var client = await RawPeer.Connect(first.Port);
                var answer = await client.Ask(Get);
                Interlocked.Increment(ref asked);
                if (!answer.EndsWith("served", StringComparison.Ordinal))
                {
                    lock (failed)
                        failed.Add(answer);
                }
            }
        })).ToArray();
        await Eventually.True(() => Volatile.Read(ref asked) > 20, "the first one is asked");

        await using var second = await GatewayProcess.Start(_home, "--upgrade", "on");
        Assert.Equal(0, await first.Exit());
        var before = Volatile.Read(ref asked);
        await Eventually.True(() => Volatile.Read(ref asked) > before + 20, "the second one is asked");
        await stop.CancelAsync();
        await Task.WhenAll(asking);
        Assert.Empty(failed);
        Assert.Equal(first.Port, second.Port);
        Assert.Equal(1, (await second.Read()).TableVersion);
        Assert.Empty(Directory.GetFiles(_home, "left-*"));
    }

    [Fact]
    public async Task A_request_under_way_ends_with_the_one_that_took_it_and_is_still_counted()
    {
        var arrived = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        await using var backend = RawBackend.Each(async (peer, _) =>
        {
            arrived.TrySetResult();
            await goOn.Task;
            await peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate");
        });
        await using var first = await GatewayProcess.Start(_home);
        await first.Put(Service("web", Release(Blue, 1, backend.Port)));
        using var client = await RawPeer.Connect(first.Port);
        await client.Send(Get);
        await arrived.Task;
        await using var second = await GatewayProcess.Start(_home, "--upgrade", "on");
        Assert.Equal(1, Assert.Single((await second.Read()).Instances).InFlight);
        Assert.False(first.Process.HasExited);
        goOn.SetResult();
        Assert.EndsWith("late", await client.ReadAnswer());
        Assert.Equal(0, await first.Exit());
        await Eventually.True(async () => Assert.Single((await second.Read()).Instances).InFlight == 0, () => "nothing is carried any more");
    }

    [Fact]
    public async Task Clients_between_two_requests_go_on_with_the_successor_on_the_connections_they_have()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("SLIPWAY_GATEWAY_EPOLL") == "0", "The framework's sockets are not given away.");
        await using var backend = RawBackend.Saying("served");
        await using var first = await GatewayProcess.Start(_home);
        await first.Put(Service("web", Release(Blue, 1, backend.Port)));
        // More than go with one message, and one that has not asked yet.
        var clients = new List<RawPeer>();
        for (var i = 0; i < 300; i++)
        {
            clients.Add(await RawPeer.Connect(first.Port));
            if (i > 0)
                Assert.EndsWith("served", await clients[i].Ask(Get));
        }
        await using var second = await GatewayProcess.Start(_home, "--upgrade", "on");
        await using var third = await GatewayProcess.Start(_home, "--upgrade", "on");
        Assert.Equal(0, await first.Exit());
        Assert.Equal(0, await second.Exit());
        foreach (var client in clients)
        {
            var answer = await client.Ask(Get);
            Assert.EndsWith("served", answer);
            Assert.DoesNotContain("Connection: close", answer, StringComparison.OrdinalIgnoreCase);
            client.Dispose();
        }
        Assert.Equal(300, (await third.Read()).Releases.Sum(static release => release.Requests));
        await Eventually.True(async () => (await third.Admin.GetStringAsync("connections")).Contains("\"clients\":0,", StringComparison.Ordinal), () => "their ends are seen");
    }

    [Fact]
    public async Task Without_a_successor_nobody_is_given_clients()
    {
        await using var gateway = await GatewayProcess.Start(_home);
        using var answer = await gateway.Admin.PostAsync("clients", null);
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
    }

    [Fact]
    public async Task Tables_go_to_the_successor_at_once_and_where_none_runs_it_starts_as_usual()
    {
        await using var backend = RawBackend.Saying("served");
        await using var first = await GatewayProcess.Start(_home, "--upgrade", "on");
        await using var second = await GatewayProcess.Start(_home, "--upgrade", "on");
        await second.Put(Service("web", Release(Blue, 1, backend.Port)));
        Assert.Equal(0, await first.Exit());
        await using var third = await GatewayProcess.Start(_home, "--upgrade", "on");
        using var client = await RawPeer.Connect(third.Port);
        Assert.EndsWith("served", await client.Ask(Get));
        Assert.Equal(0, await second.Exit());
    }

    [Fact]
    public async Task Without_the_option_a_second_gateway_is_refused_as_before()
    {
        await using var first = await GatewayProcess.Start(_home);
        await using var second = GatewayProcess.Launch(_home, false, "--listen", "127.0.0.1:0", "--home", _home);
        Assert.Equal(3, await second.Exit());
        Assert.False(first.Process.HasExited);
    }
}
