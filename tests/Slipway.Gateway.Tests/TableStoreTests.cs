using System.Runtime.Versioning;
using System.Text;
using Slipway.Core.Routing;
using Slipway.Gateway.Hosting;
using Slipway.Gateway.Tables;
using static Slipway.Gateway.Tests.Tables;

namespace Slipway.Gateway.Tests;

public sealed class TableStoreTests : IDisposable
{
    private const int SectorBytes = 512;

    private readonly string _home = Directory.CreateTempSubdirectory("tables").FullName;
    private readonly MemoryStream _lines = new();
    private readonly GatewayLog _log;
    private readonly TableStore _store;

    public TableStoreTests()
    {
        _log = new(_lines);
        _store = new(_home, _log);
    }

    private string First => Path.Combine(_home, TableSlots.First);

    private string Second => Path.Combine(_home, TableSlots.Second);

    public void Dispose()
    {
        _log.Dispose();
        _lines.Dispose();
        Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public void Tables_take_turns_in_two_files_and_the_last_two_are_always_there()
    {
        Assert.Null(Started());
        var store = _store;
        for (var version = 1; version <= 50; version++)
        {
            // Every third by a gateway that was just started.
            if (version % 3 == 0)
                store = new(_home, _log);
            store.Save(Table(version));
            var (written, other) = version % 2 == 1 ? (First, Second) : (Second, First);
            Assert.Equal(version, Held(written));
            Assert.Equal(version == 1 ? null : version - 1, Held(other));
            Assert.Equal(version, Started());
        }
        Assert.Equal([First, Second], Directory.GetFiles(_home).Order());
        Assert.All([First, Second], file => Assert.Equal(4096, new FileInfo(file).Length));
        Assert.Equal("", Said());
    }

    [Fact]
    public void A_shorter_table_over_a_longer_one_reads_whole_and_a_far_shorter_one_shortens_the_file()
    {
        _store.Save(Table(1, endpoints: 400));
        _store.Save(Table(2));
        var length = new FileInfo(First).Length;
        Assert.Equal(0, length % 4096);
        Assert.InRange(length, 3 * 4096, 1 << 20);

        _store.Save(Table(3, endpoints: 200));
        Assert.Equal(length, new FileInfo(First).Length);
        Assert.Equal(3, Started());
        _store.Save(Table(4));
        _store.Save(Table(5));
        Assert.Equal(4096, new FileInfo(First).Length);
        Assert.Equal(5, Started());
    }

    [Fact]
    public void A_write_torn_at_any_sector_or_in_any_order_leaves_the_other_table_to_be_served()
    {
        _store.Save(Table(1, endpoints: 150));
        var old = File.ReadAllBytes(First);
        _store.Save(Table(2));
        var before = File.ReadAllBytes(Second);
        _store.Save(Table(3, endpoints: 160));
        var written = File.ReadAllBytes(First);
        Assert.Equal(old.Length, written.Length);
        var sectors = written.Length / SectorBytes;
        var random = new Random(3);
        for (var torn = 0; torn < sectors; torn++)
        {
            Check(sector => sector < torn);
            Check(sector => sector > torn);
            Check(sector => sector != torn);
            Check(_ => random.Next(2) == 0);
        }

        void Check(Predicate<int> reached)
        {
            var mixture = (byte[])old.Clone();
            for (var sector = 0; sector < sectors; sector++)
            {
                if (reached(sector))
                    written.AsSpan(sector * SectorBytes, SectorBytes).CopyTo(mixture.AsSpan(sector * SectorBytes));
            }
            File.WriteAllBytes(First, mixture);
            // Where nothing but newlines was not reached, all of the new one is there.
            Assert.Equal(mixture.AsSpan().SequenceEqual(written) ? 3 : 2, Started());
            // Whoever starts then saves over the torn file, and not over the one that is whole.
            new TableStore(_home, _log).Save(Table(4));
            Assert.Equal(4, Started());
            Assert.NotEqual(mixture.AsSpan().SequenceEqual(written), Held(Second) == 2);
            File.WriteAllBytes(Second, before);
        }
    }

    [Theory]
    [InlineData("damaged")]
    [InlineData("emptied")]
    [InlineData("deleted")]
    [InlineData("replaced by an older one")]
    [InlineData("replaced by a newer one")]
    public void The_newest_table_spoilt_is_written_over_and_the_one_before_stays(string how)
    {
        foreach (var isNewlyStarted in (bool[])[false, true])
        {
            var store = new TableStore(_home, _log);
            File.Delete(First);
            File.Delete(Second);
            store.Save(Table(5));
            store.Save(Table(6));
            Spoil(Second, how);

            (isNewlyStarted ? new(_home, _log) : store).Save(Table(7));

            Assert.Equal(5, Held(First));
            Assert.Equal(7, Held(Second));
            Assert.Equal(7, Started());
        }
    }

    [Theory]
    [InlineData("damaged")]
    [InlineData("emptied")]
    [InlineData("deleted")]
    [InlineData("replaced by an older one")]
    [InlineData("replaced by a newer one")]
    public void The_table_before_spoilt_is_written_over_and_the_newest_stays(string how)
    {
        _store.Save(Table(5));
        _store.Save(Table(6));
        Spoil(First, how);

        _store.Save(Table(7));

        Assert.Equal(7, Held(First));
        Assert.Equal(6, Held(Second));
        Assert.Equal(7, Started());
    }

    [Fact]
    public void Two_tables_spoilt_are_said_and_the_next_save_starts_anew()
    {
        _store.Save(Table(5));
        _store.Save(Table(6));
        Spoil(First, "damaged");
        Spoil(Second, "emptied");
        Assert.Null(Started());

        _store.Save(Table(7));

        Assert.Equal(7, Started());
        Assert.Contains("a route table is refused", Said());
    }

    [Fact]
    public void A_spoilt_table_is_said_with_the_version_that_is_served_instead()
    {
        _store.Save(Table(5));
        _store.Save(Table(6));
        Spoil(Second, "damaged");

        Assert.Equal(5, Started());

        var said = Said();
        Assert.Contains("a route table is refused", said);
        Assert.Contains(TableSlots.Second, said);
        Assert.Contains("it is damaged", said);
        Assert.Contains("serving the only route table that is whole", said);
        Assert.Contains("\"version\":\"5\"", said);
    }

    [Fact]
    public void A_save_that_fails_leaves_the_live_table_and_the_next_one_does_not_write_over_it()
    {
        _store.Save(Table(5));
        Directory.CreateDirectory(Second);
        Assert.ThrowsAny<SystemException>(() => _store.Save(Table(6)));
        Assert.Equal(5, Started());
        Directory.Delete(Second);

        // As one that was written and could not be flushed.
        File.WriteAllBytes(Second, TableFile.Write(Table(6)));
        _store.Save(Table(7));

        Assert.Equal(5, Held(First));
        Assert.Equal(7, Started());
    }

    [Fact]
    public void A_table_is_written_while_somebody_reads()
    {
        _store.Save(Table(1));
        _store.Save(Table(2));
        using var first = File.OpenRead(First);
        using var second = File.OpenRead(Second);

        _store.Save(Table(3));

        Assert.Equal(3, Started());
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void The_files_are_for_their_owner_alone()
    {
        _store.Save(Table(1));
        _store.Save(Table(2));
        foreach (var file in (string[])[First, Second])
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    private static void Spoil(string file, string how)
    {
        var content = File.ReadAllBytes(file);
        content[100] ^= 1;
        if (how == "deleted")
            File.Delete(file);
        else
            File.WriteAllBytes(file, how switch { "damaged" => content, "emptied" => [], "replaced by an older one" => TableFile.Write(Table(2)), _ => TableFile.Write(Table(9)) });
    }

    private static RouteTable Table(long version, int endpoints = 1)
        => new() { Version = version, Fence = 1, Services = [Service("web", Release(Blue, 1, [.. Enumerable.Range(4000 + (int)version, endpoints)]))] };

    private static long? Held(string file) => File.Exists(file) ? TableFile.Read(File.ReadAllBytes(file), out _)?.Version : null;

    private long? Started() => new TableStore(_home, _log).Load()?.Version;

    // The log writes by a thread of its own, until it is ended.
    private string Said()
    {
        _log.Dispose();
        return Encoding.UTF8.GetString(_lines.ToArray());
    }
}
