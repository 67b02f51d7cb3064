using Microsoft.Data.Sqlite;
using Slipway.Releases.Journals;
using Slipway.Simulation;

namespace Slipway.Releases.Tests.Journals;

public sealed class JournalTests
{
    [Fact]
    public async Task What_was_written_is_read_again_in_order()
    {
        using var home = new JournalHome();
        await home.Write(5);
        await using var journal = home.Open();
        Assert.Equal(5, journal.LastSequence);
        Assert.Equal([1, 2, 3, 4, 5], journal.Read(0, 100).Select(one => one.Sequence));
        Assert.Equal([4, 5], journal.Read(3, 100).Select(one => one.Sequence));
        Assert.Null(journal.Verify().Fault);
    }

    [Fact]
    public async Task The_file_refuses_changes_of_what_was_written()
    {
        using var home = new JournalHome();
        await home.Write(2);
        using var connection = new SqliteConnection($"Data Source={home.Database};Pooling=False");
        connection.Open();
        foreach (var sql in (string[])["UPDATE journal SET actor = 'eve'", "DELETE FROM journal"])
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            Assert.Contains("append-only", Assert.Throws<SqliteException>(() => command.ExecuteNonQuery()).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("UPDATE journal SET at = '2020-01-01T00:00:00.0000000Z' WHERE sequence = 3", "Record 3")]
    [InlineData("UPDATE journal SET environment = 'production' WHERE sequence = 3", "Record 3")]
    [InlineData("UPDATE journal SET environment = NULL WHERE sequence = 3", "Record 3")]
    [InlineData("UPDATE journal SET rollout = 'staging-1' WHERE sequence = 3", "Record 3")]
    [InlineData("UPDATE journal SET kind = 'down-finished' WHERE sequence = 3", "Record 3")]
    [InlineData("UPDATE journal SET actor = 'eve' WHERE sequence = 3", "Record 3")]
    [InlineData("UPDATE journal SET body = replace(body, 'true', 'false') WHERE sequence = 3", "Record 3")]
    [InlineData("UPDATE journal SET previous = hash WHERE sequence = 3", "Record 3")]
    [InlineData("UPDATE journal SET hash = previous WHERE sequence = 3", "Record 3")]
    [InlineData("UPDATE journal SET sequence = 99 WHERE sequence = 3", "Record 3 is missing")]
    [InlineData("DELETE FROM journal WHERE sequence = 3", "Record 3 is missing")]
    [InlineData("DELETE FROM journal WHERE sequence <= 2", "Records 1 to 2 are missing")]
    [InlineData("DELETE FROM journal WHERE sequence >= 4", "Records 4 to 6 are missing")]
    [InlineData("DELETE FROM journal", "Records 1 to 6 are missing")]
    [InlineData("UPDATE journal SET sequence = 100 WHERE sequence = 3; UPDATE journal SET sequence = 3 WHERE sequence = 4; UPDATE journal SET sequence = 4 WHERE sequence = 100", "Record 3")]
    [InlineData("DROP TABLE journal; CREATE TABLE journal (sequence INTEGER PRIMARY KEY)", "SQLite cannot read")]
    public async Task Every_change_is_found_and_the_record_named(string sql, string named)
    {
        using var home = new JournalHome();
        await home.Write(6);
        home.Tamper(sql);
        var damaged = Assert.Throws<JournalDamagedException>(() => home.Open());
        Assert.Contains(named, damaged.Message, StringComparison.Ordinal);
        Assert.Equal(damaged.Fault, Journal.Verify(home.Folder).Fault);
    }

    [Fact]
    public async Task A_repair_keeps_the_damaged_file_and_goes_on_from_the_last_good_record()
    {
        using var home = new JournalHome();
        await home.Write(6);
        home.Tamper("UPDATE journal SET actor = 'eve' WHERE sequence = 4");
        await using (var journal = home.Open(repair: true))
        {
            Assert.Equal(4, journal.LastSequence);
            var repaired = Assert.IsType<JournalRepaired>(journal.Records(3).Single().Event);
            Assert.Equal(3, repaired.LastGood);
            Assert.True(File.Exists(Path.Combine(home.Folder, repaired.KeptAs)));
            Assert.True(repaired.FenceFloor >= 6);
        }
        await using var again = home.Open();
        Assert.Null(again.Verify().Fault);
    }

    [Fact]
    public async Task A_repair_of_a_whole_journal_changes_nothing()
    {
        using var home = new JournalHome();
        await home.Write(3);
        await using var journal = home.Open(repair: true);
        Assert.Equal(3, journal.LastSequence);
    }

    [Theory]
    [InlineData("")]
    [InlineData("3 nonsense\n")]
    [InlineData("6 0000000000000000000000000000000000000000000000000000000000000000\n")]
    public async Task A_damaged_head_is_found(string content)
    {
        using var home = new JournalHome();
        await home.Write(6);
        await File.WriteAllTextAsync(home.Head, content);
        Assert.Contains("journal.head", Assert.Throws<JournalDamagedException>(() => home.Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_head_is_found()
    {
        using var home = new JournalHome();
        await home.Write(6);
        File.Delete(home.Head);
        Assert.Contains("journal.head is missing", Assert.Throws<JournalDamagedException>(() => home.Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_head_that_a_crash_left_one_behind_is_made_good()
    {
        using var home = new JournalHome();
        await home.Write(5);
        var behind = await File.ReadAllTextAsync(home.Head);
        await home.Write(1);
        await File.WriteAllTextAsync(home.Head, behind);
        await home.Write(1);
        await using var journal = home.Open();
        Assert.Equal(7, journal.LastSequence);
        Assert.StartsWith("7 ", await File.ReadAllTextAsync(home.Head), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_journal_that_another_has_open_is_refused_with_what_to_do()
    {
        using var home = new JournalHome();
        await home.Write(1);
        await using var first = home.Open();
        var refused = Assert.ThrowsAny<JournalException>(() => home.Open());
        Assert.Contains("locked by another process", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kind_that_a_newer_version_wrote_is_refused_clearly()
    {
        using var home = new JournalHome();
        await home.Write(1);
        var store = new SqliteEventStore(home.Database, home.Head);
        var last = store.Read(0).Last();
        var newer = last with { Sequence = 2, Kind = "teleported", Body = "{\"event\":\"teleported\"}", Previous = last.Hash };
        store.Append(newer with { Hash = newer.ComputeHash() });
        store.Dispose();
        Assert.Contains("a newer Slipway wrote it", Assert.Throws<JournalNewerException>(() => home.Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Flipped_bits_anywhere_in_the_file_are_found_or_harmless()
    {
        using var home = new JournalHome();
        await home.Write(40);
        var whole = await File.ReadAllBytesAsync(home.Database);
        string[] hashes;
        await using (var journal = home.Open())
            hashes = [.. journal.Read(0, 100).Select(one => one.Hash)];
        var random = new Random(7);
        var found = 0;
        for (var round = 0; round < 150; round++)
        {
            var bytes = (byte[])whole.Clone();
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            await File.WriteAllBytesAsync(home.Database, bytes);
            File.Delete(home.Database + "-wal");
            try
            {
                await using var journal = home.Open();
                Assert.Equal(hashes, journal.Read(0, 100).Select(one => one.Hash));
            }
            catch (JournalException)
            {
                found++;
            }
        }
        Assert.True(found > 50, $"Only {found} were found.");
    }

    [Fact]
    public async Task A_write_ahead_log_torn_anywhere_leaves_whole_records_or_is_found()
    {
        using var home = new JournalHome();
        var copy = Directory.CreateTempSubdirectory("slipway-torn-").FullName;
        await using var journal = home.Open();
        for (var i = 0; i < 12; i++)
            journal.Append(Scenes.Environment, null, "ada", new DownRequested(false));
        var wal = await File.ReadAllBytesAsync(home.Database + "-wal");
        for (var cut = 0; cut <= wal.Length; cut += 911)
        {
            File.Copy(home.Database, Path.Combine(copy, "journal.db"), overwrite: true);
            File.Copy(home.Head, Path.Combine(copy, "journal.head"), overwrite: true);
            await File.WriteAllBytesAsync(Path.Combine(copy, "journal.db-wal"), wal[..cut]);
            var finding = Journal.Verify(copy);
            Assert.True(finding.Fault is not null || finding.Records == 12, $"Cut at {cut}: {finding}");
        }
        Directory.Delete(copy, recursive: true);
    }

    [Fact]
    public async Task Following_gives_what_is_there_and_what_comes()
    {
        using var home = new JournalHome();
        await home.Write(2);
        await using var journal = home.Open();
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var seen = new List<long>();
        await foreach (var record in journal.Follow(1, end.Token))
        {
            seen.Add(record.Sequence);
            if (record.Sequence == 4)
                break;
            journal.Append(null, null, "ada", new DownRequested(false));
        }
        Assert.Equal([2, 3, 4], seen);
    }

    [Fact]
    public void A_record_has_the_hash_that_the_manual_says()
    {
        var record = new StoredRecord(1, "2026-01-31T12:34:56.0000000Z", "staging", null, "down-requested", "ada", "{}", StoredRecord.NoHash, "");
        Assert.Equal(64, record.ComputeHash().Length);
        Assert.NotEqual(record.ComputeHash(), (record with { Rollout = "" }).ComputeHash());
        Assert.NotEqual((record with { Kind = "ab", Actor = "c" }).ComputeHash(), (record with { Kind = "a", Actor = "bc" }).ComputeHash());
    }
}
