using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Core.Manifests;
using Slipway.Core.Routing;
using Slipway.Releases.Ports;
using Slipway.Targets.Processes.Spawning;
using Slipway.Targets.Traffic;

namespace Slipway.Targets.Tests.Inspecting;

public sealed class GatewayLookTests
{
    private const int SigStop = 19;
    private const int SigContinue = 18;

    [Fact]
    public async Task A_gateway_is_seen_with_its_address_and_both_of_its_tables()
    {
        await using var bed = new Bed();
        await using var traffic = Open(bed);
        var address = await Start(traffic);
        Assert.Equal((address, 0L, null, null), Seen(await Look(traffic)));

        await traffic.Apply(Bed.Local, Table(3), CancellationToken.None);

        Assert.Equal((address, 3L, 3L, null), Seen(await Look(traffic)));
        await using var another = Open(bed);
        Assert.Equal((address, 3L, 3L, null), Seen(await Look(another)));
        await traffic.Remove(Bed.Local, Bed.Token, CancellationToken.None);
    }

    [Fact]
    public async Task Where_none_runs_none_is_started()
    {
        await using var bed = new Bed();
        await using var traffic = Open(bed);

        var seen = await Look(traffic);

        Assert.Equal((null, null, null, "No gateway runs."), Seen(seen));
        Assert.False(Directory.Exists(bed.Home.Gateway(Bed.Local)));
    }

    [Fact]
    public async Task A_table_that_was_changed_on_disk_is_seen_as_the_gateway_would_read_it()
    {
        await using var bed = new Bed();
        await using var traffic = Open(bed);
        await Start(traffic);
        await traffic.Apply(Bed.Local, Table(3), CancellationToken.None);
        await traffic.Apply(Bed.Local, Table(4), CancellationToken.None);
        var file = Path.Combine(bed.Home.Gateway(Bed.Local), TableSlots.Second);

        await File.WriteAllBytesAsync(file, TableFile.Write(Table(9)));
        Assert.Equal((4L, 9L), Versions(await Look(traffic)));
        await File.AppendAllTextAsync(file, "x");
        Assert.Equal((4L, 3L), Versions(await Look(traffic)));
        File.Delete(file);
        File.Delete(Path.Combine(bed.Home.Gateway(Bed.Local), TableSlots.First));
        Assert.Equal((4L, null), Versions(await Look(traffic)));
        await traffic.Remove(Bed.Local, Bed.Token, CancellationToken.None);
    }

    [Fact]
    public async Task A_table_that_somebody_else_made_live_is_seen()
    {
        await using var bed = new Bed();
        await using var traffic = Open(bed);
        await Start(traffic);
        await traffic.Apply(Bed.Local, Table(3), CancellationToken.None);
        await using (var somebody = Open(bed))
            await somebody.Apply(Bed.Local, Table(8) with { Services = [] }, CancellationToken.None);

        Assert.Empty((await Look(traffic)).Live!.Services);
        await traffic.Remove(Bed.Local, Bed.Token, CancellationToken.None);
    }

    [Fact]
    public async Task A_gateway_that_was_stopped_is_said_not_to_answer()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Seen through /proc.");
        await using var bed = new Bed();
        await using var traffic = Open(bed);
        var address = await Start(traffic);
        await traffic.Apply(Bed.Local, Table(3), CancellationToken.None);
        var pid = new GatewayFolder(bed.Home.Gateway(Bed.Local)).Load()!.Pid;
        Posix.Kill(pid, SigStop);
        await Bed.UntilTrue(() => ProcessRow.Read(pid) is { IsHalted: true }, "it is stopped");

        var seen = await Look(traffic);

        Posix.Kill(pid, SigContinue);
        Assert.Equal((address, null, 3L, $"The gateway (process {pid}) does not answer within 2 s: it is stopped by a signal or a debugger."), Seen(seen));
        await traffic.Remove(Bed.Local, Bed.Token, CancellationToken.None);
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("of another process")]
    [InlineData("of another address")]
    [InlineData("without a socket")]
    public async Task A_record_that_another_control_plane_would_be_misled_by_is_seen(string change)
    {
        await using var bed = new Bed();
        await using var traffic = Open(bed);
        var address = await Start(traffic);
        await traffic.Apply(Bed.Local, Table(3), CancellationToken.None);
        var file = Path.Combine(bed.Home.Gateway(Bed.Local), "gateway.json");
        var whole = await File.ReadAllTextAsync(file);
        var record = JsonNode.Parse(whole)!;
        var admin = (string)record["admin"]!;
        if (change == "missing")
            File.Delete(file);
        else if (change == "without a socket")
            File.Move(admin, admin + ".away");
        else
            record[change == "of another process" ? "pid" : "port"] = 1;
        if (change.StartsWith("of", StringComparison.Ordinal))
            await File.WriteAllTextAsync(file, record.ToJsonString(JsonSerializerOptions.Default));

        var seen = await Look(traffic);

        if (change == "of another address")
            Assert.Equal((new Uri("http://127.0.0.1:1"), 3L, 3L, null), Seen(seen));
        else
            Assert.Equal((address, 3L, true), (seen.Address, seen.Stored?.Version, seen.Trouble?.Length > 0));
        await File.WriteAllTextAsync(file, whole);
        if (File.Exists(admin + ".away"))
            File.Move(admin + ".away", admin);
        await traffic.Remove(Bed.Local, Bed.Token, CancellationToken.None);
    }

    private static Task<TrafficInspection> Look(GatewayTraffic traffic) => traffic.Inspect(Bed.Local, CancellationToken.None);

    private static Task<Uri> Start(GatewayTraffic traffic) => traffic.Ensure(Bed.Local, new("127.0.0.1", 0), Bed.Token, CancellationToken.None);

    private static (Uri?, long?, long?, string?) Seen(TrafficInspection seen) => (seen.Address, seen.Live?.Version, seen.Stored?.Version, seen.Trouble);

    private static (long?, long?) Versions(TrafficInspection seen) => (seen.Live?.Version, seen.Stored?.Version);

    private static GatewayTraffic Open(Bed bed) => new(new(bed.Home) { Program = TrafficTests.Gateway });

    private static RouteTable Table(long version)
    {
        ImmutableArray<Route> routes = [new(null, "/", StripPath: false, Sticky: false, TimeSpan.Zero, TimeSpan.FromSeconds(30))];
        return new() { Version = version, Fence = 1, Services = [new(Bed.Service().Name, routes, [])] };
    }
}
