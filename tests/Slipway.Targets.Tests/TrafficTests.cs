using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Slipway.Core.Manifests;
using Slipway.Core.Routing;
using Slipway.Releases.Ports;
using Slipway.Targets.Processes.Spawning;
using Slipway.Targets.Traffic;

namespace Slipway.Targets.Tests;

public sealed class TrafficTests
{
    /// <summary>The gateway's program, as it was built.</summary>
    internal static string Gateway { get; } = Environment.GetEnvironmentVariable("SLIPWAY_TEST_GATEWAY") ?? Path.Combine(
        AppContext.BaseDirectory.Replace("/tests/Slipway.Targets.Tests/", "/src/Slipway.Gateway/", StringComparison.Ordinal), "slipway-gateway");

    private static readonly GatewayListener s_any = new("127.0.0.1", 0);

    [Fact]
    public async Task A_gateway_carries_traffic_to_an_instance_and_tells_what_it_counted()
    {
        await using var bed = new Bed();
        await using var traffic = Open(bed);
        await bed.Ensure(bed.Workload(Bed.Service()));
        var instance = await bed.UntilOne(one => one.Ready);

        var address = await traffic.Ensure(Bed.Local, s_any, Bed.Token, CancellationToken.None);
        await traffic.Apply(Bed.Local, Table(1, 1, instance), CancellationToken.None);
        await traffic.Apply(Bed.Local, Table(1, 1, instance), CancellationToken.None);
        using var client = new HttpClient { BaseAddress = address };
        Assert.Equal("0.0.0", await client.GetStringAsync(new Uri("/version", UriKind.Relative)));

        // The answer reaches us a moment before it is counted.
        var reading = await traffic.Read(Bed.Local, CancellationToken.None);
        while (reading!.Releases.Single().Requests == 0)
            reading = await traffic.Read(Bed.Local, CancellationToken.None);
        Assert.Equal(1, reading.TableVersion);
        Assert.Equal(1, reading.Releases.Single().Requests);
        await traffic.Remove(Bed.Local, Bed.Token, CancellationToken.None);
    }

    [Fact]
    public async Task A_table_of_a_control_plane_that_was_replaced_is_refused()
    {
        await using var bed = new Bed();
        await using var traffic = Open(bed);
        await traffic.Ensure(Bed.Local, s_any, Bed.Token, CancellationToken.None);
        await traffic.Apply(Bed.Local, Table(2, 5), CancellationToken.None);

        await Assert.ThrowsAsync<StaleFencingTokenException>(() => traffic.Apply(Bed.Local, Table(3, 4), CancellationToken.None));
        await Assert.ThrowsAsync<TrafficException>(() => traffic.Apply(Bed.Local, Table(1, 5), CancellationToken.None));
        await traffic.Remove(Bed.Local, Bed.Token, CancellationToken.None);
    }

    [Fact]
    public async Task A_gateway_outlives_its_control_plane_and_is_adopted_with_its_table()
    {
        await using var bed = new Bed();
        Uri first;
        int pid;
        await using (var before = Open(bed))
        {
            first = await before.Ensure(Bed.Local, s_any, Bed.Token, CancellationToken.None);
            await before.Apply(Bed.Local, Table(7, 1), CancellationToken.None);
            pid = Pid(bed);
        }

        await using var after = Open(bed);
        Assert.Equal(7, (await after.Read(Bed.Local, CancellationToken.None))!.TableVersion);
        Assert.Equal(first, await after.Ensure(Bed.Local, s_any, Bed.Token, CancellationToken.None));
        Assert.Equal(pid, Pid(bed));
        await after.Remove(Bed.Local, Bed.Token, CancellationToken.None);
        Assert.True(ProcessRow.Read(pid) is null or { IsZombie: true });
        Assert.Null(await after.Read(Bed.Local, CancellationToken.None));
    }

    [Fact]
    public async Task A_gateway_that_is_killed_comes_back_on_its_port_with_its_table()
    {
        await using var bed = new Bed();
        await using var traffic = Open(bed);
        var address = await traffic.Ensure(Bed.Local, s_any, Bed.Token, CancellationToken.None);
        await traffic.Apply(Bed.Local, Table(7, 1), CancellationToken.None);
        var pid = Pid(bed);
        Posix.Kill(pid, Posix.SigKill);

        await traffic.Apply(Bed.Local, Table(8, 1), CancellationToken.None);

        Assert.NotEqual(pid, Pid(bed));
        Assert.Equal(8, (await traffic.Read(Bed.Local, CancellationToken.None))!.TableVersion);
        Assert.Equal(address, await traffic.Ensure(Bed.Local, s_any, Bed.Token, CancellationToken.None));
        await traffic.Remove(Bed.Local, Bed.Token, CancellationToken.None);
    }

    [Fact]
    public async Task A_gateway_that_the_manifest_wants_otherwise_is_replaced_without_a_refused_connection()
    {
        await using var bed = new Bed();
        await using var traffic = Open(bed);
        await bed.Ensure(bed.Workload(Bed.Service()));
        var instance = await bed.UntilOne(one => one.Ready);
        var address = await traffic.Ensure(Bed.Local, s_any, Bed.Token, CancellationToken.None);
        await traffic.Apply(Bed.Local, Table(1, 1, instance), CancellationToken.None);
        var pid = Pid(bed);
        using var stop = new CancellationTokenSource();
        var asking = Task.Run(async () =>
        {
            var asked = 0;
            while (!stop.IsCancellationRequested)
            {
                using var handler = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero };
                using var client = new HttpClient(handler) { BaseAddress = address };
                Assert.Equal("0.0.0", await client.GetStringAsync(new Uri("/version", UriKind.Relative)));
                asked++;
            }
            return asked;
        });

        Assert.Equal(address, await traffic.Ensure(Bed.Local, s_any with { Trust = "10.0.0.0/8" }, Bed.Token, CancellationToken.None));
        Assert.NotEqual(pid, Pid(bed));
        await traffic.Apply(Bed.Local, Table(2, 1, instance), CancellationToken.None);
        Assert.Equal(2, (await traffic.Read(Bed.Local, CancellationToken.None))!.TableVersion);
        await stop.CancelAsync();
        Assert.True(await asking > 0);
        pid = Pid(bed);
        Assert.Equal(address, await traffic.Ensure(Bed.Local, s_any with { Trust = "10.0.0.0/8" }, Bed.Token, CancellationToken.None));
        Assert.Equal(pid, Pid(bed));
        await traffic.Remove(Bed.Local, Bed.Token, CancellationToken.None);
    }

    [Fact]
    public async Task A_port_in_use_is_named()
    {
        await using var bed = new Bed();
        await using var traffic = Open(bed);
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        other.Listen();
        var port = ((IPEndPoint)other.LocalEndPoint!).Port;

        var refused = await Assert.ThrowsAsync<TrafficException>(
            () => traffic.Ensure(Bed.Local, new("127.0.0.1", port), Bed.Token, CancellationToken.None));

        Assert.Contains($"Port {port} of 127.0.0.1 is in use by another program", refused.Message, StringComparison.Ordinal);
    }

    private static GatewayTraffic Open(Bed bed) => new(new(bed.Home) { Program = Gateway });

    private static int Pid(Bed bed) => new GatewayFolder(bed.Home.Gateway(Bed.Local)).Load()!.Pid;

    private static RouteTable Table(long version, long fence, params Instance[] instances)
    {
        ImmutableArray<Route> routes = [new(null, "/", StripPath: false, Sticky: false, TimeSpan.Zero, TimeSpan.FromSeconds(30))];
        ImmutableArray<Endpoint> endpoints = [.. instances.Select(one => new Endpoint(one.Id, one.Address!, one.Port!.Value))];
        return new() { Version = version, Fence = fence, Services = [new(Bed.Service().Name, routes, [new(Bed.Release(), 100, endpoints)])] };
    }
}
