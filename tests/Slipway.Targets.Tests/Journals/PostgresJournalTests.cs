using Slipway.Postgres;
using Slipway.Releases.Journals;
using Slipway.Releases.Leases;
using Slipway.Targets.Journals;

namespace Slipway.Targets.Tests.Journals;

/// <summary>The journal and its lease in a real PostgreSQL.</summary>
public sealed class PostgresJournalTests : IAsyncLifetime
{
    private PostgresServer _server = null!;
    private PostgresJournal _place = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await PostgresServer.Start(TestContext.Current.CancellationToken);
        _place = PostgresJournal.At(_server.Admin);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Records_are_kept_in_order_under_the_lease_and_refused_once_another_has_it()
    {
        using var lease = _place.Lease();
        Assert.True(lease.TryTake(lease.Read(), "first", "first"));
        await using var journal = Write("first", 5);
        Assert.Equal([1, 2, 3, 4, 5], journal.Read(0, 100).Select(one => one.Sequence));
        Assert.Null(journal.Verify().Fault);
        Assert.True(lease.TryTake(lease.Read(), "second", "second"));
        Assert.Throws<LeaseLostException>(() => Append(journal));
        await using var next = Write("second", 2);
        Assert.Equal((7, null), (next.Verify().Records, next.Verify().Fault));
        Assert.False(lease.Renew("first"));
        Assert.True(lease.Renew("second"));
    }

    [Fact]
    public void Of_many_that_ask_at_once_one_gets_the_lease()
    {
        using var look = _place.Lease();
        for (var round = 0; round < 10; round++)
        {
            var seen = look.Read();
            var takers = Enumerable.Range(0, 6).Select(_ => _place.Lease()).ToList();
            var winners = 0;
            Parallel.For(0, takers.Count, i => Interlocked.Add(ref winners, takers[i].TryTake(seen, $"{seen.Term}-{i}", "") ? 1 : 0));
            takers.ForEach(taker => taker.Dispose());
            Assert.Equal(1, winners);
        }
    }

    [Fact]
    public async Task A_server_that_was_away_costs_records_their_time_but_keeps_none_twice()
    {
        using (var lease = _place.Lease())
            Assert.True(lease.TryTake(lease.Read(), "me", "me"));
        await using var journal = Write("me", 2);
        await _server.Stop();
        Assert.Throws<JournalException>(() => Append(journal));
        await _server.StartAgain(TestContext.Current.CancellationToken);
        Append(journal);
        Assert.Equal((3, null), (journal.Verify().Records, journal.Verify().Fault));
    }

    [Fact]
    public async Task A_record_whose_answer_was_lost_is_found_and_counts_once()
    {
        using (var lease = _place.Lease())
            Assert.True(lease.TryTake(lease.Read(), "me", "me"));
        await using var journal = Write("me", 1);
        await _server.Execute(
            """
            CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(7); RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON slipway_journal DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.sequence = 2) EXECUTE FUNCTION slow();
            """);
        // Our patience ends while the server commits.
        var failed = Record.Exception(() => Append(journal));
        Assert.True(failed is null or JournalException);
        var kept = long.Parse((await _server.Ask("SELECT count(*) FROM slipway_journal"))!, System.Globalization.CultureInfo.InvariantCulture);
        if (failed is null)
            Assert.Equal((2, 2), (kept, journal.LastSequence));
        else
            Assert.Equal(journal.LastSequence, kept);
        await _server.Execute("DROP TRIGGER slow ON slipway_journal");
        Append(journal);
        Assert.Equal((journal.LastSequence, null), (journal.Verify().Records, journal.Verify().Fault));
    }

    [Theory]
    [InlineData("UPDATE slipway_journal SET actor = 'eve' WHERE sequence = 3", "Record 3")]
    [InlineData("UPDATE slipway_journal SET environment = NULL WHERE sequence = 3", "Record 3")]
    [InlineData("UPDATE slipway_journal SET body = replace(body, 'true', 'false') WHERE sequence = 3", "Record 3")]
    [InlineData("UPDATE slipway_journal SET previous = hash WHERE sequence = 3", "Record 3")]
    [InlineData("DELETE FROM slipway_journal WHERE sequence = 3", "Record 3 is missing")]
    [InlineData("DELETE FROM slipway_journal WHERE sequence >= 4", "Records 4 to 6 are missing")]
    [InlineData("DELETE FROM slipway_head", "journal.head is missing")]
    [InlineData("UPDATE slipway_head SET hash = repeat('0', 64)", "journal.head")]
    public async Task Every_change_by_hand_is_found_named_and_repaired(string sql, string named)
    {
        using (var lease = _place.Lease())
            Assert.True(lease.TryTake(lease.Read(), "me", "me"));
        await Write("me", 6).DisposeAsync();
        await _server.Execute($"ALTER TABLE slipway_journal DISABLE TRIGGER USER; {sql}; ALTER TABLE slipway_journal ENABLE TRIGGER USER");
        var damaged = Assert.Throws<JournalDamagedException>(() => Journal.Over(_place.Store("me"), TimeProvider.System));
        Assert.Contains(named, damaged.Message, StringComparison.Ordinal);
        _place.Repair(TimeProvider.System);
        await using var journal = Write("me", 1);
        Assert.Null(journal.Verify().Fault);
    }

    [Fact]
    public async Task The_table_refuses_changes_of_what_was_written()
    {
        using (var lease = _place.Lease())
            Assert.True(lease.TryTake(lease.Read(), "me", "me"));
        await Write("me", 2).DisposeAsync();
        foreach (var sql in (string[])["UPDATE slipway_journal SET actor = 'eve'", "DELETE FROM slipway_journal", "TRUNCATE slipway_journal"])
            Assert.Contains("append-only", (await Assert.ThrowsAsync<Npgsql.PostgresException>(() => _server.Execute(sql))).Message, StringComparison.Ordinal);
    }

    private Journal Write(string holder, int records)
    {
        var journal = Journal.Over(_place.Store(holder), TimeProvider.System);
        for (var i = 0; i < records; i++)
            Append(journal);
        return journal;
    }

    private static void Append(Journal journal) => journal.Append(Bed.Local, null, "ada", new DownRequested(true));
}
