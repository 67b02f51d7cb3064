using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text.Json;
using Slipway.Core.Routing;
using static Slipway.Gateway.Tests.Tables;

namespace Slipway.Gateway.Tests;

public sealed class LifecycleTests : IDisposable
{
    private const string Get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

    private readonly string _home = Directory.CreateTempSubdirectory("gw").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task A_killed_gateway_serves_its_table_from_disk_on_the_same_port()
    {
        await using var backend = RawBackend.Saying("served");
        int port;
        string epoch;
        await using (var first = await GatewayProcess.Start(_home))
        {
            await first.Put(Service("web", Release(Blue, 1, backend.Port)));
            port = first.Port;
            epoch = (await first.Read()).Epoch;
            first.Process.Kill();
            await first.Exit();
        }
        await using var second = await GatewayProcess.Start(_home);
        Assert.Equal(port, second.Port);
        using var client = await RawPeer.Connect(port);
        Assert.EndsWith("served", await client.Ask(Get));
        var reading = await second.Read();
        Assert.Equal(1, reading.TableVersion);
        Assert.NotEqual(epoch, reading.Epoch);
    }

    [Fact]
    public async Task A_damaged_table_falls_back_to_the_one_before_and_is_said_on_stderr()
    {
        await using (var first = await GatewayProcess.Start(_home))
        {
            await first.Put(Service("web", Release(Blue, 1)));
            await first.Put(Service("web", Release(Green, 1)));
        }
        var path = Path.Combine(_home, TableSlots.Second);
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[^20] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        await using (var second = await GatewayProcess.Start(_home))
        {
            Assert.Equal(1, (await second.Read()).TableVersion);
            await Eventually.True(() => second.Log.Contains("it is damaged", StringComparison.Ordinal), "the damage is told");
            await Eventually.True(() => second.Log.Contains("serving the only route table that is whole", StringComparison.Ordinal), "and what is served instead");
            // The damaged file must not push out the whole one behind it.
            Assert.Equal(200, (await second.TryPut(Table(3))).Status);
        }
        await File.WriteAllTextAsync(path, "");
        await using var third = await GatewayProcess.Start(_home);
        Assert.Equal(1, (await third.Read()).TableVersion);
    }

    [Fact]
    public void A_table_torn_or_changed_at_any_place_is_never_taken_for_whole()
    {
        var whole = TableFile.Write(Table(7));
        Assert.Equal(7, TableFile.Read(whole, out _)!.Version);
        for (var length = 0; length < whole.Length; length++)
            Assert.Null(TableFile.Read(whole.AsSpan(0, length), out _));
        for (var at = 0; at < whole.Length; at++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                whole[at] ^= (byte)(1 << bit);
                // Only a digit of the checksum that changes its case says the same.
                if (TableFile.Read(whole, out _) is { } read)
                    Assert.Equal(7, read.Version);
                whole[at] ^= (byte)(1 << bit);
            }
        }
        Assert.Null(TableFile.Read([.. whole, 0], out _));
        Assert.Null(TableFile.Read([.. whole, .. "\n\n}\n"u8], out _));
        Assert.Equal(7, TableFile.Read([.. whole, .. "\n\n\n"u8], out _)!.Version);
    }

    [Fact]
    public void The_file_of_a_table_reads_as_the_serializer_reads_it()
    {
        var table = new RouteTable
        {
            Version = long.MaxValue,
            Fence = 12,
            Services =
            [
                Service("web", Route("/a%2Fb", "*.x.org", strip: true, sticky: true, TimeSpan.FromMilliseconds(1500), TimeSpan.FromHours(24)), Release(Blue, 10, 1, 2), Release(Green, 0)),
                Service("api", Route("/api")),
            ],
        };
        var read = TableFile.Read(TableFile.Write(table), out var reason);
        Assert.Equal("", reason);
        Assert.Equal(
            JsonSerializer.Serialize(table, RoutingJson.Default.RouteTable), JsonSerializer.Serialize(read!, RoutingJson.Default.RouteTable));
    }

    [Fact]
    public async Task A_second_gateway_in_the_same_home_is_refused()
    {
        await using var first = await GatewayProcess.Start(_home);
        await using var second = GatewayProcess.Launch(_home, false, "--listen", "127.0.0.1:0", "--home", _home);
        Assert.Equal(3, await second.Exit());
        await Eventually.True(() => second.Log.Contains("Another gateway runs in", StringComparison.Ordinal), "it says why");
        Assert.Equal(HttpStatusCode.OK, (await first.Admin.GetAsync("health")).StatusCode);
    }

    [Fact]
    public async Task A_port_in_use_is_said_and_ends_the_program_with_3()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        await using var gateway = GatewayProcess.Launch(_home, false, "--listen", taken.LocalEndpoint.ToString()!, "--home", _home);
        Assert.Equal(3, await gateway.Exit());
        await Eventually.True(() => gateway.Log.Contains($"The address {taken.LocalEndpoint} is in use", StringComparison.Ordinal), "it says why");
    }

    [Theory]
    [InlineData("--listen", "nowhere", "--home", "x")]
    [InlineData("--home", "x")]
    [InlineData("--listen", "127.0.0.1:0")]
    [InlineData("--listen", "127.0.0.1:0", "--home")]
    [InlineData("--listen", "127.0.0.1:0", "--home", "x", "--drain-deadline", "soon")]
    [InlineData("--listen", "127.0.0.1:0", "--home", "x", "--metrics", "8.8.8.8:80")]
    [InlineData("--nonsense", "1")]
    public async Task A_wrong_command_line_ends_the_program_with_2(params string[] arguments)
    {
        await using var gateway = GatewayProcess.Launch(_home, false, arguments);
        Assert.Equal(2, await gateway.Exit());
    }

    [Fact]
    public async Task SIGTERM_lets_requests_finish_and_takes_no_more()
    {
        var release = new TaskCompletionSource();
        await using var backend = RawBackend.Each(async (peer, _) =>
        {
            await release.Task;
            await peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone");
        });
        await using var gateway = await GatewayProcess.Start(_home);
        await gateway.Put(Service("web", Release(Blue, 1, backend.Port)));
        using var client = await RawPeer.Connect(gateway.Port);
        using var resting = await RawPeer.Connect(gateway.Port);
        await client.Send(Get);
        await gateway.Reads(Blue, reading => reading.InFlight == 1);
        gateway.Terminate();
        await Eventually.True(() => gateway.Log.Contains("the gateway drains", StringComparison.Ordinal), "it drains");
        await Assert.ThrowsAsync<SocketException>(() => RawPeer.Connect(gateway.Port));
        release.SetResult();
        var answer = await client.ReadAnswer();
        Assert.Contains("Connection: close\r\n", answer);
        Assert.EndsWith("done", answer);
        Assert.Equal("", await resting.ReadToEnd());
        Assert.Equal(0, await gateway.Exit());
        Assert.False(File.Exists(Path.Combine(_home, "gateway.sock")));
    }

    [Fact]
    public async Task The_drain_ends_at_its_deadline()
    {
        await using var backend = new RawBackend(peer => peer.ReadToEnd());
        await using var gateway = await GatewayProcess.Start(_home, "--drain-deadline", "200ms");
        await gateway.Put(Service("web", Release(Blue, 1, backend.Port)));
        using var client = await RawPeer.Connect(gateway.Port);
        await client.Send(Get);
        await gateway.Reads(Blue, reading => reading.InFlight == 1);
        gateway.Terminate();
        Assert.Equal(0, await gateway.Exit());
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task The_record_says_who_runs_and_the_admin_socket_is_for_its_owner_alone()
    {
        await using var gateway = await GatewayProcess.Start(_home);
        var record = JsonSerializer.Deserialize(await File.ReadAllTextAsync(Path.Combine(_home, "gateway.json")), RoutingJson.Default.GatewayRecord)!;
        Assert.Equal(gateway.Process.Id, record.Pid);
        Assert.Equal(Path.Combine(_home, "gateway.sock"), record.Admin);
        var stat = await File.ReadAllTextAsync($"/proc/{record.Pid}/stat");
        Assert.Equal(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19], $"{record.StartTimeTicks}");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(record.Admin));
    }

    private static RouteTable Table(long version)
        => new() { Version = version, Fence = 1, Services = [Service("web", Release(Blue, 1, 4000 + (int)version))] };
}
