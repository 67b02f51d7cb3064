using System.Text.Json;
using Courier.Messages;
using Courier.Messages.Sqlite;
using Courier.Tests.Deliveries;
using Courier.Tests.Store;

namespace Courier.Tests.Processes;

public sealed class EndToEndTests : IAsyncDisposable
{
    private readonly TempDatabase _database = new();
    private readonly List<CourierRun> _runs = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var run in _runs)
            await run.DisposeAsync();
        _database.Dispose();
    }

    [Fact]
    public async Task A_message_goes_in_at_the_api_and_out_at_the_worker_and_both_logs_tell_of_the_same_request()
    {
        await using var sink = await Sink.StartAsync();
        var (api, worker) = (await StartAsync("Courier.Api"), await StartAsync("Courier.Worker"));
        var (_, sent) = await api.PostAsync(
            "/v1/messages", $$"""{"recipient": "{{sink.Address}}/hook", "body": {"order": [1, 2.50]} }""",
            ("X-Request-Id", "order-77"), ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
        await DeliveredAsync(api, sent.GetProperty("id").GetString()!);

        var received = Assert.Single(sink.Received);
        Assert.Equal("""{"order": [1, 2.50]}""", received.Body);
        Assert.Equal("application/json", received.Headers["Content-Type"]);
        Assert.Equal("order-77", received.Headers["X-Request-Id"]);
        Assert.StartsWith("00-0af7651916cd43dd8448eb211c80319c-", received.Headers["traceparent"], StringComparison.Ordinal);
        await Until.TrueAsync(() => Tells(api) && Tells(worker));
        Assert.Equal(0, await worker.StopAsync());
        Assert.Equal(0, await api.StopAsync());

        static bool Tells(CourierRun run) => run.Log.Any(
            entry => entry.TryGetProperty("requestId", out var id) && id.GetString() == "order-77"
                && entry.GetProperty("traceId").GetString() == "0af7651916cd43dd8448eb211c80319c");
    }

    [Fact]
    public async Task What_a_killed_worker_had_is_delivered_by_another()
    {
        await using var sink = await Sink.StartAsync();
        sink.Answer = static (context, count) => count == 1 ? Task.Delay(Timeout.Infinite, context.RequestAborted) : Task.CompletedTask;
        var api = await StartAsync("Courier.Api");
        var victim = await StartAsync("Courier.Worker", ("COURIER__LEASE", "5s"), ("COURIER__TIMEOUT", "4900ms"));
        var (_, sent) = await api.PostAsync("/v1/messages", $$"""{"recipient": "{{sink.Address}}/", "body": 1}""");
        await Until.TrueAsync(() => !sink.Received.IsEmpty);
        await victim.KillAsync();
        await StartAsync("Courier.Worker");

        var message = await DeliveredAsync(api, sent.GetProperty("id").GetString()!);
        Assert.Equal(2, message.GetProperty("attemptCount").GetInt32());
        Assert.Contains("was lost", message.GetProperty("attempts")[0].GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_schedulers_send_each_tick_once_and_one_takes_over_from_the_other()
    {
        var store = new SqliteRecurringStore(_database.Open(), TimeProvider.System);
        var messages = new SqliteMessageStore(_database.Open(), TimeProvider.System);
        await CreateDueAsync(store, 20);
        var first = await StartAsync("Courier.Scheduler", ("COURIER__LEASE", "2s"));
        var second = await StartAsync("Courier.Scheduler", ("COURIER__LEASE", "2s"));
        await Until.TrueAsync(async () => await CountAsync() == 20);

        await CreateDueAsync(store, 20);
        await Until.TrueAsync(async () => await CountAsync() == 40);
        var leader = first.Log.Any(IsLeading) ? first : second;
        await leader.KillAsync();
        await CreateDueAsync(store, 20);
        await Until.TrueAsync(async () => await CountAsync() == 60);
        var ticks = (await messages.ListAsync(null, null, 200, default)).Items.Select(message => message.Tick).ToList();
        Assert.Equal(60, ticks.Distinct().Count());

        async Task<int> CountAsync() => (await messages.ListAsync(null, null, 200, default)).Items.Count;

        static bool IsLeading(JsonElement entry)
            => entry.GetProperty("message").GetString()!.StartsWith("Leads", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_apis_that_start_on_a_new_file_both_serve_it()
    {
        var apis = await Task.WhenAll(StartAsync("Courier.Api"), StartAsync("Courier.Api"));
        var sends = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => apis[i % 2].PostAsync(
            "/v1/messages", """{"recipient": "http://127.0.0.1:1/", "body": 1}""", ("Idempotency-Key", $"key-{i / 2}"))));
        Assert.All(sends, sent => Assert.Equal(202, sent.Status));
        Assert.Equal(30, (await apis[0].GetAsync("/v1/messages?limit=200")).Body.GetProperty("items").GetArrayLength());
    }

    private static async Task CreateDueAsync(SqliteRecurringStore store, int count)
    {
        Assert.True(CronExpression.TryParse("0 0 1 1 *", out var cron, out _));
        var now = TimeProvider.System.Now();
        for (var i = 0; i < count; i++)
        {
            var template = TempDatabase.NewMessage(now);
            await store.CreateAsync(
                new(RecurringId.New(now), template.Recipient, template.Body,
                    new(cron, TimeZoneInfo.Utc, GapRule.After, OverlapRule.First), now, now, null),
                default);
        }
    }

    private static async Task<JsonElement> DeliveredAsync(CourierRun api, string id)
    {
        JsonElement message = default;
        await Until.TrueAsync(async () =>
        {
            (_, message) = await api.GetAsync($"/v1/messages/{id}");
            return message.GetProperty("status").GetString() == "delivered";
        });
        return message;
    }

    private async Task<CourierRun> StartAsync(string program, params (string Name, string Value)[] settings)
    {
        var run = await CourierRun.StartAsync(program, _database.Path, settings);
        lock (_runs)
            _runs.Add(run);
        return run;
    }
}
