using Courier.Messages;
using Courier.Messages.Sqlite;

namespace Courier.Tests.Store;

public sealed class DeliveryQueueTests : IDisposable
{
    private static readonly TimeSpan _lease = TimeSpan.FromSeconds(30);
    private readonly HandClock _clock = new();
    private readonly TempDatabase _database = new();
    private readonly SqliteMessageStore _store;

    public DeliveryQueueTests() => _store = new(_database.Open(), _clock);

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task Workers_that_race_take_every_delivery_once()
    {
        for (var i = 0; i < 300; i++)
            await AcceptAsync();
        var queues = new[] { NewQueue(), NewQueue(), NewQueue() };
        var taken = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(async () =>
        {
            var mine = new List<MessageId>();
            while (await queues[i % 3].TakeAsync($"worker-{i}", 7, _lease, default) is { Count: > 0 } deliveries)
                mine.AddRange(deliveries.Select(delivery => delivery.MessageId));
            return mine;
        })));

        var all = taken.SelectMany(static mine => mine).ToList();
        Assert.Equal(300, all.Count);
        Assert.Equal(300, all.Distinct().Count());
    }

    [Fact]
    public async Task A_delivery_whose_worker_is_lost_comes_back_and_the_loss_counts()
    {
        var id = await AcceptAsync();
        var (lost, next) = (NewQueue(), NewQueue());
        var first = Assert.Single(await lost.TakeAsync("lost", 1, _lease, default));
        _clock.Advance(_lease - TimeSpan.FromSeconds(1));
        Assert.Empty(await next.TakeAsync("next", 1, _lease, default));
        _clock.Advance(TimeSpan.FromSeconds(1));
        var second = Assert.Single(await next.TakeAsync("next", 1, _lease, default));

        Assert.Equal(1, second.Attempts);
        Assert.Contains("lost", Assert.Single(await _store.AttemptsAsync(id, default)).Error, StringComparison.Ordinal);
        Assert.False(await lost.SettleAsync(first, new Settlement.Delivered(NewAttempt(200)), default));
        Assert.Equal(MessageStatus.Pending, (await _store.FindAsync(id, default))!.Status);
        Assert.True(await next.SettleAsync(second, new Settlement.Delivered(NewAttempt(200)), default));
        Assert.Equal(MessageStatus.Delivered, (await _store.FindAsync(id, default))!.Status);
    }

    [Fact]
    public async Task A_message_for_later_is_not_taken_before_its_time()
    {
        await AcceptAsync(TimeSpan.FromHours(1));
        Assert.Empty(await NewQueue().TakeAsync("worker", 1, _lease, default));
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Single(await NewQueue().TakeAsync("worker", 1, _lease, default));
    }

    [Fact]
    public async Task A_retry_waits_and_counts_while_what_is_given_back_does_neither()
    {
        var id = await AcceptAsync();
        var queue = NewQueue();
        var delivery = Assert.Single(await queue.TakeAsync("worker", 1, _lease, default));
        await queue.SettleAsync(delivery, new Settlement.Retry(NewAttempt(503), _clock.Now().AddSeconds(5)), default);
        Assert.Empty(await queue.TakeAsync("worker", 1, _lease, default));
        _clock.Advance(TimeSpan.FromSeconds(5));
        delivery = Assert.Single(await queue.TakeAsync("worker", 1, _lease, default));
        Assert.Equal(1, delivery.Attempts);
        await queue.SettleAsync(delivery, new Settlement.Postponed(_clock.Now()), default);

        delivery = Assert.Single(await queue.TakeAsync("worker", 1, _lease, default));
        Assert.Equal(1, delivery.Attempts);
        Assert.Equal(1, (await _store.FindAsync(id, default))!.Attempts);
    }

    [Fact]
    public async Task A_dead_letter_starts_again_when_it_is_replayed_and_no_former_holder_can_settle_it()
    {
        var id = await AcceptAsync();
        var queue = NewQueue();
        var former = Assert.Single(await queue.TakeAsync("worker", 1, _lease, default));
        await queue.SettleAsync(former, new Settlement.Dead(NewAttempt(410), "gone"), default);
        Assert.Equal(1, (await queue.DepthAsync(default)).Dead);
        Assert.IsType<Change.Done>(await _store.ReplayAsync(id, default));
        Assert.IsType<Change.Refused>(await _store.ReplayAsync(id, default));

        var again = Assert.Single(await queue.TakeAsync("worker", 1, _lease, default));
        Assert.Equal(0, again.Attempts);
        Assert.False(await queue.SettleAsync(former, new Settlement.Delivered(NewAttempt(200)), default));
        Assert.True(await queue.SettleAsync(again, new Settlement.Delivered(NewAttempt(200)), default));
        Assert.Equal([1, 2], (await _store.AttemptsAsync(id, default)).Select(attempt => attempt.Number));
    }

    private SqliteDeliveryQueue NewQueue() => new(_database.Open(), _clock);

    private Attempt NewAttempt(int status)
        => new(0, _clock.Now(), TimeSpan.FromMilliseconds(5), status, status < 300 ? null : $"{status}", "worker");

    private async Task<MessageId> AcceptAsync(TimeSpan later = default)
    {
        var message = TempDatabase.NewMessage(_clock.Now());
        await _store.AcceptAsync(message with { SendAt = message.SendAt + later }, null, default);
        return message.Id;
    }
}
