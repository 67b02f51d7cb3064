using Courier.Messages;
using Courier.Messages.Sqlite;

namespace Courier.Tests.Store;

public sealed class RecurringStoreTests : IDisposable
{
    private static readonly TimeSpan _lease = TimeSpan.FromSeconds(10);
    private readonly HandClock _clock = new();
    private readonly TempDatabase _database = new();
    private readonly SqliteRecurringStore _store;

    public RecurringStoreTests() => _store = new(_database.Open(), _clock);

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task A_tick_becomes_one_message_however_often_it_is_tried()
    {
        var recurring = await CreateAsync();
        var stores = new[] { _store, new SqliteRecurringStore(_database.Open(), _clock) };
        var lead = (await _store.TryLeadAsync("one", 0, _lease, default))!;
        var decision = recurring.Decide(_clock.Now());
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(
            i => Task.Run(() => stores[i % 2].TickAsync(lead, recurring, decision, default))));

        Assert.Single(outcomes, TickOutcome.Sent);
        Assert.Equal(19, outcomes.Count(static outcome => outcome == TickOutcome.Past));
        var message = Assert.Single((await Messages().ListAsync(null, null, 10, default)).Items);
        Assert.Equal(new Tick(recurring.Id, recurring.NextAt!.Value), message.Tick);
        Assert.Equal(decision.Following, (await _store.FindAsync(recurring.Id, default))!.NextAt);
    }

    [Fact]
    public async Task A_scheduler_that_lost_the_lead_changes_nothing()
    {
        var recurring = await CreateAsync();
        var stale = (await _store.TryLeadAsync("one", 0, _lease, default))!;
        Assert.Null(await _store.TryLeadAsync("two", 0, _lease, default));
        _clock.Advance(_lease);
        var fresh = (await _store.TryLeadAsync("two", 0, _lease, default))!;

        Assert.True(fresh.Fence > stale.Fence);
        Assert.Equal(TickOutcome.Fenced, await _store.TickAsync(stale, recurring, recurring.Decide(_clock.Now()), default));
        Assert.Empty((await Messages().ListAsync(null, null, 10, default)).Items);
        Assert.Equal(TickOutcome.Sent, await _store.TickAsync(fresh, recurring, recurring.Decide(_clock.Now()), default));
    }

    [Fact]
    public async Task One_that_was_started_later_takes_the_lead_at_once_and_one_that_was_started_before_does_not()
    {
        var recurring = await CreateAsync();
        var old = (await _store.TryLeadAsync("old", 1000, _lease, default))!;
        var next = (await _store.TryLeadAsync("next", 1001, _lease, default))!;

        Assert.Equal((1000, 1001), (old.Fence, next.Fence));
        Assert.Null(await _store.TryLeadAsync("old", 1000, _lease, default));
        Assert.Null(await _store.TryLeadAsync("by hand", 0, _lease, default));
        Assert.Equal(next, await _store.TryLeadAsync("next", 1001, _lease, default));
        Assert.Equal(TickOutcome.Fenced, await _store.TickAsync(old, recurring, recurring.Decide(_clock.Now()), default));
        Assert.Equal(TickOutcome.Sent, await _store.TickAsync(next, recurring, recurring.Decide(_clock.Now()), default));
    }

    [Fact]
    public async Task A_lead_is_prolonged_by_its_holder_and_free_once_given_up()
    {
        var lead = (await _store.TryLeadAsync("one", 0, _lease, default))!;
        _clock.Advance(_lease / 2);
        Assert.Equal(lead, await _store.TryLeadAsync("one", 0, _lease, default));
        _clock.Advance(_lease / 2);
        Assert.Null(await _store.TryLeadAsync("two", 0, _lease, default));
        await _store.ResignAsync(lead, default);
        Assert.NotNull(await _store.TryLeadAsync("two", 0, _lease, default));
    }

    [Fact]
    public async Task A_tick_of_a_recurring_message_that_was_deleted_is_past()
    {
        var recurring = await CreateAsync();
        var lead = (await _store.TryLeadAsync("one", 0, _lease, default))!;
        Assert.True(await _store.DeleteAsync(recurring.Id, default));
        Assert.False(await _store.DeleteAsync(recurring.Id, default));
        Assert.Equal(TickOutcome.Past, await _store.TickAsync(lead, recurring, recurring.Decide(_clock.Now()), default));
        Assert.Empty((await Messages().ListAsync(null, null, 10, default)).Items);
    }

    private SqliteMessageStore Messages() => new(_database.Open(), _clock);

    private async Task<RecurringMessage> CreateAsync()
    {
        Assert.True(CronExpression.TryParse("0 9 * * *", out var cron, out _));
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Zurich");
        var template = TempDatabase.NewMessage(_clock.Now());
        await _store.CreateAsync(
            new(
                RecurringId.New(_clock.Now()), template.Recipient, template.Body,
                new(cron, zone, GapRule.After, OverlapRule.First), _clock.Now(), _clock.Now(), null),
            default);
        return Assert.Single(await _store.DueAsync(_clock.Now(), 10, default));
    }
}
