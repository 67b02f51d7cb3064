using Courier.Messages;
using Courier.Messages.Sqlite;

namespace Courier.Tests.Store;

public sealed class MessageStoreTests : IDisposable
{
    private readonly HandClock _clock = new();
    private readonly TempDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task A_message_is_given_back_as_it_was_taken_on()
    {
        var message = TempDatabase.NewMessage(_clock.Now(), body: "grüezi");
        await NewStore().AcceptAsync(message, null, default);

        var found = await NewStore().FindAsync(message.Id, default);

        Assert.Equal(message.Body.Bytes.ToArray(), found!.Body.Bytes.ToArray());
        Assert.Equal(message with { Body = found.Body }, found);
    }

    [Fact]
    public async Task Processes_that_come_at_once_create_the_tables_once()
        => await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => NewStore().PingAsync(default))));

    [Fact]
    public async Task One_key_makes_one_message_however_many_ask_at_once()
    {
        var stores = new[] { NewStore(), NewStore() };
        var acceptances = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(
            () => stores[i % 2].AcceptAsync(TempDatabase.NewMessage(_clock.Now()), new("key", "print"), default))));

        var accepted = Assert.Single(acceptances.OfType<Acceptance.Accepted>());
        Assert.All(
            acceptances.OfType<Acceptance.Repeated>(), repeated => Assert.Equal(accepted.Message.Id, repeated.Message.Id));
        Assert.Single((await stores[0].ListAsync(null, null, 10, default)).Items);
    }

    [Fact]
    public async Task A_key_does_not_stand_for_a_second_request()
    {
        var store = NewStore();
        await store.AcceptAsync(TempDatabase.NewMessage(_clock.Now()), new("key", "one"), default);
        Assert.IsType<Acceptance.KeyReused>(
            await store.AcceptAsync(TempDatabase.NewMessage(_clock.Now()), new("key", "two"), default));
    }

    [Fact]
    public async Task A_listing_goes_on_where_it_was_while_messages_arrive()
    {
        var store = NewStore();
        var expected = new List<MessageId>();
        for (var i = 0; i < 25; i++)
            expected.Insert(0, await AcceptAsync(store));
        var seen = new List<MessageId>();
        Cursor? cursor = null;
        do
        {
            var page = await store.ListAsync(MessageStatus.Pending, cursor, 10, default);
            seen.AddRange(page.Items.Select(message => message.Id));
            Assert.True(page.Next is null || Cursor.TryParse(page.Next.ToString(), out _));
            cursor = page.Next;
            await AcceptAsync(store);
        }
        while (cursor is not null);

        Assert.Equal(expected, seen);
    }

    [Theory]
    [InlineData("")]
    [InlineData("!")]
    [InlineData("bm9wZQ")]
    [InlineData("MTo")]
    public void A_cursor_of_ones_own_making_is_refused(string text) => Assert.False(Cursor.TryParse(text, out _));

    [Fact]
    public async Task A_cancelled_message_is_not_delivered_and_one_under_way_is_not_cancelled()
    {
        var (store, queue) = (NewStore(), new SqliteDeliveryQueue(_database.Open(), _clock));
        var first = await AcceptAsync(store);
        Assert.IsType<Change.Done>(await store.CancelAsync(first, default));
        Assert.IsType<Change.Done>(await store.CancelAsync(first, default));
        Assert.Empty(await queue.TakeAsync("worker", 10, TimeSpan.FromMinutes(1), default));

        var second = await AcceptAsync(store);
        Assert.Single(await queue.TakeAsync("worker", 10, TimeSpan.FromMinutes(1), default));
        Assert.IsType<Change.Refused>(await store.CancelAsync(second, default));
        Assert.IsType<Change.Unknown>(await store.CancelAsync(MessageId.New(_clock.Now()), default));
    }

    [Fact]
    public async Task What_was_settled_long_ago_is_forgotten_and_what_waits_is_not()
    {
        var store = NewStore();
        var settled = await AcceptAsync(store);
        await store.CancelAsync(settled, default);
        var waiting = await AcceptAsync(store);
        _clock.Advance(TimeSpan.FromDays(31));

        Assert.Equal(1, await store.ForgetAsync(_clock.Now().AddDays(-30), _clock.Now().AddDays(-1), default));
        Assert.Null(await store.FindAsync(settled, default));
        Assert.NotNull(await store.FindAsync(waiting, default));
    }

    [Fact]
    public async Task One_write_that_fails_does_not_harm_those_beside_it()
    {
        var file = _database.Open();
        var writes = Enumerable.Range(0, 50).Select(i => file.WriteAsync(
            session => session.Execute(
                "INSERT INTO leases (name, holder, fence, until_ms) VALUES ($1, '', 0, 0)", i % 5 == 0 ? "same" : $"{i}"),
            default)).ToList();
        await Task.WhenAll(writes).ContinueWith(static _ => { }, TaskScheduler.Default);

        Assert.Equal(9, writes.Count(static write => write.IsFaulted));
        Assert.Equal(
            41, await file.ReadAsync(static session => session.Number("SELECT COUNT(*) FROM leases"), default));
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_told_of_and_not_harmed()
    {
        await File.WriteAllTextAsync(_database.Path, new string('x', 5000));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => NewStore().PingAsync(default));
        await Assert.ThrowsAsync<StoreUnavailableException>(
            () => NewStore().AcceptAsync(TempDatabase.NewMessage(_clock.Now()), null, default));
        Assert.Equal(5000, new FileInfo(_database.Path).Length);
    }

    [Fact]
    public async Task A_lost_database_is_told_of_and_comes_back()
    {
        string? outage = "lost";
        var store = new SqliteMessageStore(_database.Open(() => outage), _clock);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.PingAsync(default));
        outage = null;
        await store.PingAsync(default);
    }

    [Fact]
    public async Task Nobody_but_its_owner_can_read_the_file()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("Rights of files are of another kind there.");
        await AcceptAsync(NewStore());
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(_database.Path)!))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(file).UnixFileMode);
    }

    private SqliteMessageStore NewStore() => new(_database.Open(), _clock);

    private async Task<MessageId> AcceptAsync(SqliteMessageStore store)
    {
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        var message = TempDatabase.NewMessage(_clock.Now());
        Assert.IsType<Acceptance.Accepted>(await store.AcceptAsync(message, null, default));
        return message.Id;
    }
}
